import Foundation
import HostInventory
import Provisioning
import Testing

@testable import Resources

/// A folder with the file "app.conf", which says "old".
private struct Site {
    let folder: TemporaryFolder
    var path: String { folder.path + "/app.conf" }

    /// - Parameter preparation: is run in the folder.
    init(_ preparation: String = ":") throws {
        folder = try TemporaryFolder()
        try folder.write("app.conf", "old\n")
        try shell(preparation)
    }

    @discardableResult
    func shell(_ script: String) throws -> String {
        let output = try LocalShell.run("cd \(shellQuoted(folder.path)) && { \(script)\n}")
        try #require(output.status == 0, "\(script): \(output.errorText)")
        return output.text
    }

    func file(_ contents: String = "new\n") -> File { File(path, contents: contents) }

    func plan(_ file: File, with tools: HostTools = .debian) throws -> Plan {
        file.plan(from: try LocalShell.look([FileObservation(path: path, digest: true)], with: tools)[0])
    }

    /// - Returns: what was said while `file` was written, and it is there then.
    @discardableResult
    func write(_ file: File, with tools: HostTools = .debian, search: [String] = [], before: String = ":")
        throws
        -> String
    {
        let change = try #require(try plan(file, with: tools).change)
        let said = try LocalShell.apply(change, with: tools, search: search, before: before)
        #expect(try plan(file, with: tools).isUnchanged)
        return said
    }

    /// Names in the folder, hidden ones too.
    var names: [String] { get throws { try shell("ls -A").split(separator: "\n").map(String.init) } }
}

private let isRoot = geteuid() == 0

@Suite("Files are replaced whole, and what is not said of them stays", .enabled(if: isRoot))
struct FileReplacementTests {
    struct Kept: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let preparation: String
        /// A look that is to tell the same before and after.
        let look: String
        var tools: [HostTools] = [.debian]
    }

    static let kept = [
        Kept(
            testDescription: "mode and owner",
            preparation: "chown 1:2 app.conf; chmod 4750 app.conf",
            look: "stat -c '%a %u %g' app.conf",
            tools: [.debian, .busyBox]
        ),
        Kept(
            testDescription: "an ACL",
            preparation: "setfacl -m u:1000:rw,g:5:r app.conf",
            look: "getfacl -cn app.conf",
            tools: [.debian, .busyBoxWithACLs]
        ),
        Kept(
            testDescription: "no ACL in a folder that gives new files one",
            preparation: "chmod 644 app.conf; setfacl -d -m u:1000:rw .",
            look: "getfacl -cn app.conf",
            tools: [.debian, .busyBoxWithACLs]
        ),
        Kept(
            testDescription: "extended attributes",
            preparation: "setfattr -n user.note -v keep app.conf",
            look: "getfattr -d app.conf"
        ),
        Kept(
            testDescription: "capabilities",
            preparation:
                "setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 app.conf",
            look: "getfattr -d -m security.capability app.conf"
        ),
        Kept(
            testDescription: "a link",
            preparation: "mv app.conf real; chmod 600 real; ln -s real app.conf",
            look: "readlink app.conf; stat -c %a real",
            tools: [.debian, .busyBox]
        ),
        Kept(
            testDescription: "a chain of links",
            preparation: "mv app.conf real; ln -s real middle; ln -s $PWD/middle app.conf",
            look: "readlink app.conf middle; ls -A",
            tools: [.debian, .busyBox]
        ),
        Kept(
            testDescription: "a link that leads to nothing",
            preparation: "rm app.conf; ln -s real app.conf",
            look: "readlink app.conf",
            tools: [.debian, .busyBox]
        ),
    ]

    @Test("new content, and what the file has besides stays", arguments: kept)
    func keeps(_ it: Kept) throws {
        for tools in it.tools {
            let site = try Site(it.preparation)
            let before = try site.shell(it.look)
            let said = try site.write(site.file(), with: tools)
            #expect(said == "")
            #expect(try site.shell("cat app.conf") == "new\n")
            #expect(try site.shell(it.look) == before)
            #expect(try site.names.filter { $0.hasPrefix(".") } == [])
        }
    }

    @Test(
        "nobody else may read the new file before it has its mode, and it is on the disk before its name is"
    )
    func order() throws {
        let site = try Site()
        let tools = try TemporaryFolder()
        // What each command is for, and what temporary file and old file are at that moment.
        for command in ["mktemp", "chown", "chmod", "sync", "mv"] {
            let look = "$(stat -c '%a %u' .apus.* 2>/dev/null) $(cat .apus.* app.conf 2>/dev/null)"
            let script = """
                #!/bin/sh
                for last; do :; done
                last=${last#\(site.folder.path)}
                ( cd \(site.folder.path); echo \(command) "${last%%.[0-9]*}" \(look) >>\(tools.path)/log )
                exec /usr/bin/\(command) "$@"

                """
            try tools.write(command, script, mode: 0o755)
        }
        try site.write(File(site.path, contents: "new\n", mode: 0o640, owner: "1"), search: [tools.path])
        let log = String(decoding: try LocalFiles.read(tools.path + "/log"), as: UTF8.self)
        #expect(
            log == """
                mktemp /.apus old
                chown /.apus 600 0 new old
                chmod /.apus 600 1 new old
                sync /.apus 640 1 new old
                mv /app.conf 640 1 new old
                sync  new

                """
        )
    }

    @Test("a mode that is said limits the ACL that is kept", arguments: [HostTools.debian, .busyBoxWithACLs])
    func limitsACL(tools: HostTools) throws {
        let site = try Site("setfacl -m u:1000:rw app.conf")
        var file = site.file()
        file.mode = 0o600
        try site.write(file, with: tools)
        #expect(
            try site.shell("getfacl -cnE app.conf | grep -e 1000 -e mask") == "user:1000:rw-\nmask::---\n"
        )
    }

    @Test("the SELinux context is that of the old file; a case only, for lack of such a kernel")
    func context() throws {
        let site = try Site()
        let tools = try TemporaryFolder()
        try tools.write(program: "selinuxenabled", "#!/bin/sh\n")
        try tools.write(program: "chcon", "#!/bin/sh\necho \"$@\" >\(tools.path)/said\n")
        try site.write(site.file(), search: [tools.path])
        let said = String(decoding: try LocalFiles.read(tools.path + "/said"), as: UTF8.self)
        #expect(said.hasPrefix("--reference=\(site.path) -- \(site.folder.path)/.apus."))
    }

    @Test(
        "where it is asked for, a file takes the place of a link",
        arguments: ["real", "nothing", "app.conf", "."]
    )
    func replacesLink(target: String) throws {
        let site = try Site("mv app.conf real; chmod 600 real; ln -s \(target) app.conf")
        let file = site.file().replacingSymbolicLink()
        #expect(try site.plan(file).lines.contains("state: symbolic link → file") == (target != "nothing"))
        try site.write(file)
        #expect(
            try site.shell("cat real; stat -c '%F %a' app.conf")
                == "old\nregular file \(target == "real" ? 600 : 644)\n"
        )
    }

    @Test("a link that leads in a circle is unknown, and does not hide other files")
    func circle() throws {
        let site = try Site("mv app.conf other; ln -s app.conf app.conf")
        let seen = try LocalShell.look(
            [site.path, site.folder.path + "/other"].map { FileObservation(path: $0, digest: true) }
        )
        #expect(site.file().plan(from: seen[0]).whyUnknown?.contains("leads in a circle") == true)
        #expect(seen[1]?.digest != nil)
    }

    @Test("other names of a file keep the old content, and people are told")
    func hardLink() throws {
        let site = try Site("ln app.conf other")
        let said = try site.write(site.file())
        #expect(
            said == "apus-warning: \(site.path) had 2 names (hard links); the others keep the old content\n"
        )
        #expect(try site.shell("cat other") == "old\n")
    }

    @Test(
        "a file that is a mount point is written in place, and people are told",
        arguments: ["app.conf", "a b\\c"]
    )
    func mountPoint(name: String) throws {
        let site = try Site("echo old >source; chmod 600 source")
        let path = site.folder.path + "/" + name
        try site.folder.write(name, "below\n")
        let change = try #require(
            File(path, contents: "new\n").keepingBackups(1).plan(from: FileState(mode: 0o600)).change
        )
        let mount = "mount --bind \(site.folder.path)/source \(shellQuoted(path))"
        let script = try #require(change.steps.first?.script)
        let output = try LocalShell.run("unshare -m sh -c \(shellQuoted(mount + "\n" + script))")
        #expect(output.status == 0)
        #expect(output.errorText.hasPrefix("apus-warning: \(path) is a mount point of its own"))
        #expect(try site.shell("cat source; stat -c %a source; cat ./.*~") == "new\n600\nold\n")
        #expect(try site.names.filter { $0.hasPrefix(".apus") } == [])
    }

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
        let site = try Site(it.preparation)
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
        let site = try Site("chattr +i app.conf")
        defer { _ = try? site.shell("chattr -i app.conf") }
        let error = #expect(throws: ObservationError.self) {
            try site.write(File(site.path, contents: "old\n", mode: 0o600))
        }
        #expect(error?.description.contains("is immutable") == true)
    }

    @Test("a validation sees the new content in the same folder, with its final mode")
    func validates() throws {
        let site = try Site("chmod 640 app.conf")
        let script = "cd \(site.folder.path); cat \"$1\" >seen; stat -c '%a %n' \"$1\" >>seen"
        try site.write(
            site.file().validated(by: ["sh", "-c", .init(stringLiteral: script), "sh", .candidate])
        )
        let seen = try site.shell("cat seen")
        #expect(seen.hasPrefix("new\n640 \(site.folder.path)/.apus."))
    }

    @Test("the last versions stay, as many as were asked for", arguments: [HostTools.debian, .busyBox])
    func backups(tools: HostTools) throws {
        let site = try Site("chmod 600 app.conf")
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
        let site = try Site(
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
                let site = try Site("setfacl -m u:1000:rw app.conf")
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

@Suite("What validates a file")
struct FileValidationTests {
    @Test(
        "is a command in which the candidate's path stands where it was put",
        arguments: [
            (["haproxy", "-c", "-f", .candidate], "haproxy -c -f FILE"),
            (["visudo", "--check", "--file=\(.candidate)"], "visudo --check '--file=FILE'"),
            (["\("/sbin/agent")", "--check", .candidate], "/sbin/agent --check FILE"),
            (
                ["sh", "-c", "a 'b' \("c d") $1", "sh", .candidate],
                "sh -c 'a '\\''b'\\'' c d $1' sh FILE"
            ),
        ] as [(FileValidation, String)]
    )
    func command(validation: FileValidation, shown: String) throws {
        #expect(validation.display == shown)
        try File("/x", contents: "").validated(by: validation).validate()
    }

    @Test(
        "is refused where it cannot be meant",
        arguments: [
            (
                ["true"],
                "/x: «true» does not look at the new content; write .candidate where its path belongs"
            ),
            ([.candidate], "/x: the validation «FILE» has no program"),
            (["a\0", .candidate], "/x: the validation «'a\0' FILE» has a NUL byte"),
        ] as [(FileValidation, String)]
    )
    func misuse(validation: FileValidation, why: String) {
        let error = #expect(throws: LocalFileError.self) {
            try File("/x", contents: "").validated(by: validation).validate()
        }
        #expect(error?.description == why)
    }

    @Test("lines and templates are replaced in the same way")
    func others() throws {
        let line = Line("/x", "a").validated(by: ["true", .candidate]).plan(from: (.text([]), FileState()))
        let template = Template("/x", text: "a").validated(by: ["true", .candidate]).plan(from: FileState())
        for plan in [line, template] { #expect(plan.titles == ["write /x, validated by «true FILE»"]) }
        #expect(throws: LocalFileError.self) { try Line("/x", "a").keepingBackups(-1).validate() }
        #expect(throws: LocalFileError.self) { try Template("/x", text: "a").keepingBackups(-1).validate() }
    }
}
