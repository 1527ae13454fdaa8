import Foundation
import HostInventory
import Provisioning
import Testing

@testable import Resources

@Suite("Files are replaced whole, and what is not said of them stays", .enabled(if: geteuid() == 0))
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
            let site = try ReplacedFile(it.preparation)
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
        let site = try ReplacedFile()
        let file = File(site.path, contents: "new\n", mode: 0o640, owner: "1")
        #expect(
            try log(while: file, isWrittenAt: site) == """
                mktemp /.apus old
                chown /.apus 600 0 new old
                chmod /.apus 600 1 new old
                sync /.apus 640 1 new old
                mv /app.conf 640 1 new old
                sync  new

                """
        )
    }

    @Test("nobody else may read or write what an unprivileged user has, at any time")
    func unprivileged() throws {
        let site = try ReplacedFile("rm app.conf; chown 1 .")
        let file = File(site.path, contents: Secret("new\n"))
        #expect(
            try log(while: file, isWrittenAt: site, with: .unprivileged) == """
                mktemp /.apus
                chmod /.apus 600 1 new
                sync /.apus 600 1 new
                mv /app.conf 600 1 new
                sync  new

                """
        )
        #expect(try site.shell("stat -c '%a %u' app.conf") == "600 1\n")
    }

    /// What each command of a replacement is for, and what temporary file and old file are at that moment.
    private func log(while file: File, isWrittenAt site: ReplacedFile, with host: HostTools = .debian) throws
        -> String
    {
        let tools = try TemporaryFolder()
        try site.shell("chown 1 \(tools.path)")
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
        try site.write(file, with: host, search: [tools.path])
        return String(decoding: try LocalFiles.bytes(of: tools.path + "/log"), as: UTF8.self)
    }

    @Test(
        "the host tells which file a large one became, where it holds what was sent",
        arguments: [HostTools.debian, .busyBox]
    )
    func large(tools: HostTools) throws {
        let (site, source) = (try ReplacedFile(), try TemporaryFolder())
        try source.write("large", Data(repeating: 0x61, count: 16 << 20))
        let file = File(site.path, source: "\(source.path)/large")
        let said = try site.write(file, with: tools)
        #expect(said == (try site.shell("stat -c 'apus-file: %d %i %s %y %z' app.conf")))

        let upload = try #require(file.plan(from: nil).change?.steps.first?.upload)
        let cut = try LocalShell.run(upload.receiver, input: [0x62], with: tools)
        #expect(cut.errorText == "the content was cut off\n")
        #expect(try site.plan(file, with: tools).isUnchanged)
        #expect(try site.names == ["app.conf"])

        let altering = file.validated(by: ["sh", "-c", "echo >>\"$0\"", .candidate])
        let change = try #require(altering.plan(from: nil).change)
        #expect(try LocalShell.apply(change, with: tools) == "")
        #expect(try !site.plan(file, with: tools).isUnchanged)
    }

    @Test(
        "a large local file that was sent is not read for its digest, unless it changed meanwhile",
        arguments: [false, true]
    )
    func sent(isChanged: Bool) throws {
        let source = try TemporaryFolder()
        let size = 16 << 20
        try source.write("large", Data(repeating: 0x61, count: size))
        let file = File("/large", source: "\(source.path)/large")
        let upload = try #require(file.plan(from: nil).change?.steps.first?.upload)
        _ = try upload.content().next()
        if isChanged { try source.write("large", Data(repeating: 0x62, count: size)) }
        let digest = String(repeating: "0", count: 64)
        upload.digested?(digest)
        #expect(file.plan(from: FileState(size: size, digest: digest)).isUnchanged == !isChanged)
    }

    @Test("a mode that is said limits the ACL that is kept", arguments: [HostTools.debian, .busyBoxWithACLs])
    func limitsACL(tools: HostTools) throws {
        let site = try ReplacedFile("setfacl -m u:1000:rw app.conf")
        var file = site.file()
        file.mode = 0o600
        try site.write(file, with: tools)
        #expect(
            try site.shell("getfacl -cnE app.conf | grep -e 1000 -e mask") == "user:1000:rw-\nmask::---\n"
        )
    }

    @Test("the SELinux context is that of the old file; a case only, for lack of such a kernel")
    func context() throws {
        let site = try ReplacedFile()
        let tools = try TemporaryFolder()
        try tools.write(program: "selinuxenabled", "#!/bin/sh\n")
        try tools.write(program: "chcon", "#!/bin/sh\necho \"$@\" >\(tools.path)/said\n")
        try site.write(site.file(), search: [tools.path])
        let said = String(decoding: try LocalFiles.bytes(of: tools.path + "/said"), as: UTF8.self)
        #expect(said.hasPrefix("--reference=\(site.path) -- \(site.folder.path)/.apus."))
    }

    @Test(
        "where it is asked for, a file takes the place of a link",
        arguments: ["real", "nothing", "app.conf", "."]
    )
    func replacesLink(target: String) throws {
        let site = try ReplacedFile("mv app.conf real; chmod 600 real; ln -s \(target) app.conf")
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
        let site = try ReplacedFile("mv app.conf other; ln -s app.conf app.conf")
        let seen = try LocalShell.look(
            [site.path, site.folder.path + "/other"].map { FileObservation(path: $0, digest: true) }
        )
        #expect(site.file().plan(from: seen[0]).whyUnknown?.contains("leads in a circle") == true)
        #expect(seen[1]?.digest != nil)
    }

    @Test("other names of a file keep the old content, and people are told")
    func hardLink() throws {
        let site = try ReplacedFile("ln app.conf other")
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
        let site = try ReplacedFile("echo old >source; chmod 600 source")
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
}
