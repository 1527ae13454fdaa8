import Foundation
import HostInventory
import Provisioning
import Testing

@testable import Resources

@Suite("A replacement that fails leaves the old file, and nothing else", .enabled(if: geteuid() == 0))
struct FailedReplacementTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var preparation = ":"
        var validation: FileValidation?
        var isSecret = false
        let error: String
    }

    static let refusals = [
        Refusal(
            testDescription: "an immutable file",
            preparation: "chattr +i app.conf",
            error: "app.conf is immutable or append-only (----i"
        ),
        Refusal(
            testDescription: "an immutable folder",
            preparation: "chattr +i .",
            error: "is immutable or append-only (----i"
        ),
        Refusal(
            testDescription: "content that a validation refuses",
            validation: ["sh", "-c", "echo line 3 is bad; cat \"$1\"; exit 9", "sh", .candidate],
            error: "line 3 is bad\nnew\n"
        ),
        Refusal(
            testDescription: "secret content that a validation refuses",
            validation: ["sh", "-c", "cat \"$1\"; cat \"$1\" >&2; exit 1", "sh", .candidate],
            isSecret: true,
            error: "refuses the new content (status 1); what it says may quote a secret and is not shown"
        ),
        Refusal(
            testDescription: "a validation that is not there",
            validation: ["/no/such/program", .candidate],
            error: "refuses the new content (status 127)"
        ),
    ]

    @Test("where it cannot be replaced the old file stays, and the error says why", arguments: refusals)
    func refuses(_ it: Refusal) throws {
        let site = try ReplacedFile(it.preparation)
        defer { _ = try? site.shell("chattr -i . app.conf") }
        var file = it.isSecret ? File(site.path, contents: "new\n" as Secret) : site.file()
        file.replacement.validation = it.validation
        let error = #expect(throws: ObservationError.self) { try site.write(file) }
        #expect(error?.description.contains(it.error) == true, "\(String(describing: error))")
        if it.isSecret { #expect(error?.description.contains("new\n") == false) }
        #expect(try site.shell("cat app.conf") == "old\n")
        #expect(try site.names == ["app.conf"])
    }

    @Test("an attribute of an immutable file that cannot be set says why")
    func immutableAttribute() throws {
        let site = try ReplacedFile("chattr +i app.conf")
        defer { _ = try? site.shell("chattr -i app.conf") }
        let error = #expect(throws: ObservationError.self) {
            try site.write(File(site.path, contents: "old\n", mode: 0o600))
        }
        #expect(error?.description.contains("is immutable") == true)
    }

    @Test("a validation sees the new content in the same folder, with its final mode")
    func validates() throws {
        let site = try ReplacedFile("chmod 640 app.conf")
        let script = "cd \(site.folder.path); cat \"$1\" >seen; stat -c '%a %n' \"$1\" >>seen"
        try site.write(
            site.file().validated(by: ["sh", "-c", .init(stringLiteral: script), "sh", .candidate])
        )
        let seen = try site.shell("cat seen")
        #expect(seen.hasPrefix("new\n640 \(site.folder.path)/.apus."))
    }

    @Test("the last versions stay, as many as were asked for", arguments: [HostTools.debian, .busyBox])
    func backups(tools: HostTools) throws {
        let site = try ReplacedFile("chmod 600 app.conf")
        // Always the same second, and in the end the next one.
        for (contents, time) in [("1\n", 0), ("2\n", 0), ("3\n", 0), ("4\n", 0), ("5\n", 1)] {
            let clock = "date() { echo 20261121T05530\(time)Z; }"
            try site.write(site.file(contents).keepingBackups(2), with: tools, before: clock)
        }
        let hidden = try site.names.filter { $0.hasPrefix(".") }
        #expect(hidden.allSatisfy { $0.wholeMatch(of: #/\.app\.conf\.\d{8}T\d{6}Z\.\d\d~/#) != nil })
        #expect(try site.shell("cat app.conf .*~; stat -c %a .*~") == "5\n3\n4\n600\n600\n")
        try site.write(site.file("6\n"), with: tools)
        #expect(try site.names.count == 3)
    }

    @Test("leftovers of shells that are gone are removed, those of living ones stay")
    func leftovers() throws {
        let born = try LocalShell.run("read -r life </proc/\(getpid())/stat; set -- ${life##*) }; echo ${20}")
            .text
        let living = ".apus.\(getpid()).\(born.dropLast()).abcdef"
        // Process 1 lives, and was not born at that time: another boot's.
        let site = try ReplacedFile(
            "touch .apus.1.77.abcdef .apus.999999999.5.abcdef \(living); mkdir .apus.999999999.6.abcdef"
        )
        try site.write(site.file())
        #expect(try site.names == [living, "app.conf"])
    }

    /// Every command of a replacement in turn is the last before or after which the whole process group is killed.
    @Test("killed at any point, the old or the new file is whole, and the next run leaves nothing behind")
    func killed() throws {
        var wasKilled = true
        var moment = 0
        while wasKilled {
            moment += 1
            for when in ["before", "after"] {
                let site = try ReplacedFile("setfacl -m u:1000:rw app.conf")
                let file = site.file().keepingBackups(3).validated(by: ["grep", "-q", "new", .candidate])
                let shims = try KillingCommands(moment, when)
                let script = try #require(try site.plan(file).change?.steps.first?.script)
                let status = try LocalShell.run(script, search: [shims.folder.path], group: true).status
                wasKilled = status != 0
                #expect(["old\n", "new\n"].contains(try site.shell("cat app.conf")), "\(moment) \(when)")
                if let change = try site.plan(file).change { try LocalShell.apply(change) }
                #expect(try site.shell("cat app.conf; cat .*~") == "new\nold\n", "\(moment) \(when)")
                #expect(try site.names.count == 2, "\(moment) \(when)")
            }
        }
        #expect(moment > 15)
    }

    /// Stand in for the host's commands; one of them kills its whole process group.
    private struct KillingCommands {
        let folder = try! TemporaryFolder()

        init(_ moment: Int, _ when: String) throws {
            try folder.write("count", "0\n")
            for command in [
                "mktemp", "chown", "chmod", "cp", "ls", "rm", "stat", "sync", "grep", "date", "ln", "mv",
            ] {
                try folder.write(
                    program: command,
                    """
                    #!/bin/sh
                    read -r count <\(folder.path)/count; count=$((count + 1)); echo $count >\(folder.path)/count
                    [ $count != \(moment) ] || [ \(when) = after ] || kill -KILL 0
                    /usr/bin/\(command) "$@"; status=$?
                    [ $count != \(moment) ] || kill -KILL 0
                    exit $status

                    """
                )
            }
        }
    }
}
