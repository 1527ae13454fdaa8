import Foundation
import ProgramFiles
import Testing

@Suite("Command line")
struct CommandLineTests {
    static let sample = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Files/minimal.conf").path

    @Test("says its version and its use")
    func version() throws {
        #expect(try run([agentPath, "--version"]).output.hasPrefix("apus-vrrpd "))
        #expect(try run([agentPath, "--help"]).output.contains("usage: apus-vrrpd"))
    }

    @Test("wrong use is status 64", arguments: [["-f"], ["--chekc"], ["a", "b"]])
    func misuse(arguments: [String]) throws {
        #expect(try run([agentPath] + arguments, expecting: 64).output.contains("usage: apus-vrrpd"))
    }

    @Test("a valid configuration is summed up")
    func valid() throws {
        let shown = try run([agentPath, "--check", "-f", Self.sample]).output
        #expect(shown.contains("haproxy on eth0, virtual router 51, priority 101"))
    }

    static let invalid: [(name: String, change: (old: String, new: String), message: String)] = [
        (
            "a missing program", ("test -e", "no-such-program -e"),
            "4:1: vrrp_script check_haproxy: cannot find no-such-program"
        ),
        (
            "a misspelt keyword", ("priority", "priorty"),
            ":13:5: unknown keyword 'priorty' in vrrp_instance; did you mean 'priority'?"
        ),
        ("what it does not support yet", ("priority", "use_ipvlan\n    priority"), "use_ipvlan"),
    ]

    @Test(
        "errors name file, line and column, and are status 1, also at the start",
        arguments: invalid.indices
    )
    func invalidConfiguration(index: Int) throws {
        let (name, change, message) = Self.invalid[index]
        let text = try String(contentsOfFile: Self.sample, encoding: .utf8)
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("vr-\(getpid())-\(index).conf")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.replacingOccurrences(of: change.old, with: change.new).utf8).write(to: file)
        for command in [["--check"], []] {
            // One that started would never end.
            let arguments = ["timeout", "10", agentPath] + command + ["-f", file.path]
            let shown = try run(arguments, expecting: 1).output
            #expect(shown.contains(file.path), "\(name)")
            #expect(shown.contains(message), "\(name): \(shown)")
        }
    }

    @Test("lenient, a missing program is left out with a warning")
    func lenient() throws {
        let text = try String(contentsOfFile: Self.sample, encoding: .utf8)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("vr-\(getpid())-l.conf")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.replacingOccurrences(of: "test -e", with: "no-such-program").utf8).write(to: file)
        let shown = try run([agentPath, "--check", "--lenient", "-f", file.path]).output
        #expect(shown.contains("cannot find no-such-program"))
        #expect(shown.contains("left out, as keepalived does"))
    }

    /// Whole files as their write-ups print them; those of 004 are run by `LoadBalancingTests`.
    static let seeds: [(file: String, summary: String)] = [
        ("000", "VI_1 on eth0, virtual router 101, priority 100"),
        ("001-active", "haproxy on eth0, virtual router 51, priority 101"),
        ("001-passive", "haproxy on eth0, virtual router 51, priority 100"),
        ("002-lb1", "VI_1 on eth0, virtual router 51, priority 100"),
        ("002-lb2", "VI_1 on eth0, virtual router 51, priority 150"),
        ("003-master", "router37 on eth1, virtual router 37, priority 101"),
        ("003-slave", "router37 on eth1, virtual router 37, priority 100"),
    ]

    @Test("the seeds' files are valid as they are, but for the one that is a comment", arguments: seeds)
    func seed(name: String, summary: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vr-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try writeProgram("#!/bin/sh\n", to: folder.appendingPathComponent("killall"))
        let path = "PATH=\(folder.path):/usr/bin:/bin"
        var file = Self.seedFolder.appendingPathComponent("\(name).conf")
        if name.hasPrefix("002") {
            let refused = try run([agentPath, "--check", "-f", file.path], expecting: 1).output
            #expect(refused.contains(":1:1: the file defines no vrrp_instance: this comment hides one"))
            let text = try String(contentsOf: file, encoding: .utf8)
            file = folder.appendingPathComponent("keepalived.conf")
            try Data(text.replacing("! Configuration File for keepalived ", with: "").utf8).write(to: file)
        }
        let shown = try run(["env", path, agentPath, "--check", "-f", file.path]).output
        #expect(shown.contains("\(file.path): valid: \(summary)\n"), "\(shown)")
    }

    private static let seedFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("KeepalivedConfigurationTests/Seeds")

    static let modes: [(configuration: Int, folder: Int, program: Int, message: String?)] = [
        (0o644, 0o755, 0o755, nil),
        (0o646, 0o755, 0o755, "a.conf as root, since others than root could change it"),
        (0o644, 0o777, 0o755, "as root, since others than root could change it"),
        (0o644, 0o755, 0o757, "a.conf:4:1: vrrp_script check: cannot run"),
    ]

    @Test(
        "what root runs must be root's to change",
        .enabled(if: geteuid() == 0, "needs root"),
        arguments: modes.indices
    )
    func security(index: Int) throws {
        let (configuration, folder, program, message) = Self.modes[index]
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("vr-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let script = directory.appendingPathComponent("check").path
        let file = directory.appendingPathComponent("a.conf").path
        let text = try String(contentsOfFile: Self.sample, encoding: .utf8)
            .replacing("test -e", with: "\(script) -e").replacing(
                "script_user nobody",
                with: "script_user root"
            )
            .replacing("check_haproxy", with: "check")
        for (path, content, mode) in [(script, "#!/bin/sh", program), (file, text, configuration)] {
            try Data(content.utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
        try FileManager.default.setAttributes([.posixPermissions: folder], ofItemAtPath: directory.path)
        let shown = try run([agentPath, "--check", "-f", file], expecting: message == nil ? 0 : 1).output
        #expect(shown.contains(message ?? ": valid:"), "\(shown)")
    }

    @Test("a file that is not there is named")
    func missing() throws {
        let shown = try run([agentPath, "--check", "-f", "/nonexistent/a.conf"], expecting: 1).output
        #expect(shown.contains("cannot open /nonexistent/a.conf: No such file or directory"))
    }
}
