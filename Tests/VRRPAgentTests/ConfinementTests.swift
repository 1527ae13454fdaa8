import CLinux
import Foundation
import ProgramFiles
import Testing
import VRRP

@testable import apus_vrrpd

@Suite("Confinement", .enabled(if: canUseNamespaces, "needs root and network namespaces"))
struct ConfinementTests {
    private let network: TestNetwork

    init() throws { network = try TestNetwork(nodes: ["a"]) }

    private func configure(_ top: String = "", _ extra: String = "", mode: Int = 0o644) throws -> URL {
        let file = try network.configureOwner("a", extra: extra, before: top)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
        return file
    }

    private func script(_ command: String, _ more: String = "") -> String {
        "vrrp_script check {\nscript \"\(command)\"\nweight 2\n\(more)\n}\n"
    }

    private let tracking = "track_script {\ncheck\n}"

    private func start(_ options: [String] = ["--user", "nobody"]) throws -> AgentProcess {
        let file = network.directory.appendingPathComponent("a.conf")
        let agent = try AgentProcess(
            in: network.namespace("a"),
            command: [agentPath] + options + ["-f", file.path]
        )
        try agent.wait(for: "→ master", limit: 10)
        return agent
    }

    private static let own = [
        "CapEff": "3000", "CapPrm": "3000", "CapBnd": "3000", "NoNewPrivs": "1", "Seccomp": "2",
    ]
    private static let launcher = ["CapInh": "0", "Uid": "0"]

    static let processes: [(script: String?, expected: [String: [String: String]])] = [
        (nil, ["apus-vrrpd": own, "vrrp-guardian": own]),
        ("", ["vrrp-launcher": launcher.merging(["CapEff": "0", "CapPrm": "0"]) { $1 }]),
        ("user nobody", ["vrrp-launcher": launcher.merging(["CapEff": "e0", "CapPrm": "e0"]) { $1 }]),
    ]

    @Test("each process has the rights that it needs, and no other", arguments: processes.indices)
    func rights(index: Int) throws {
        let (script, expected) = Self.processes[index]
        _ = try configure(script.map { self.script("/bin/true", $0) } ?? "", script == nil ? "" : tracking)
        let agent = try start()
        for (name, fields) in expected {
            var seen: [String: String] = [:]
            #expect(
                try eventually {
                    seen = try agent.status(of: name) ?? [:]; return !seen.isEmpty
                }
            )
            for (field, value) in fields {
                #expect(
                    seen[field].flatMap { Int($0, radix: 16) } == Int(value, radix: 16),
                    "\(name): \(field)"
                )
            }
        }
        let user = try agent.status(of: "apus-vrrpd")?["Uid"]
        #expect(user == "\(try #require(getpwnam("nobody")).pointee.pw_uid)")
        let launcher = try agent.status(of: "vrrp-launcher")
        #expect((launcher == nil) == (script == nil))
        // Its programs are held to what holds for this test.
        let inherited = agent.status(of: getpid())
        for field in ["NoNewPrivs", "Seccomp"] where launcher != nil {
            #expect(launcher?[field] == inherited[field], "\(field)")
        }
    }

    @Test("without its rights it does not start", arguments: ["net_admin", "net_raw"])
    func missingRights(capability: String) throws {
        let file = try configure().path
        let lacking = ["setpriv", "--bounding-set", "-\(capability)", "--inh-caps", "-all"]
        let agent = try AgentProcess(in: network.namespace("a"), command: lacking + [agentPath, "-f", file])
        #expect(agent.wait() == 1)
        try agent.wait(for: "cannot work without CAP_NET_ADMIN and CAP_NET_RAW", limit: 5)
    }

    @Test("a switch leaves the system calls alone")
    func unfiltered() throws {
        _ = try configure()
        let agent = try start(["--no-seccomp"])
        let inherited = agent.status(of: getpid())["Seccomp"]
        #expect(try agent.status(of: "apus-vrrpd")?["Seccomp"] == inherited)
    }

    @Test("a program cannot be started past the filter")
    func forbidden() throws {
        var lifeline: Int32 = -1
        let child = linux_fork_guardian("filtered", &lifeline)
        if child == 0 {
            guard linux_forbid_new_privileges() == 0, linux_filter_system_calls() == 0 else { _exit(2) }
            var arguments: [UnsafeMutablePointer<CChar>?] = [nil]
            execv("/bin/true", &arguments)
            _exit(errno == EPERM && linux_monotonic() > 0 ? 3 : 4)
        }
        linux_close(lifeline)
        var status: Int32 = 0
        #expect(waitpid(child, &status, 0) == child)
        #expect(status >> 8 == 3)
    }

    @Test("a reload starts another program; what needs the agent's first rights is refused")
    func reload() throws {
        _ = try configure()
        let a = try start()
        _ = try configure(script("/bin/true"), tracking)
        let reload = ["ip", "netns", "exec", network.namespace("a"), agentPath, "reload"]
        #expect(try run(reload, expecting: 1).output.contains("try: restart the agent"))
        try a.wait(for: "the old one stays in force", limit: 5)
        a.signal(SIGTERM)
        #expect(a.wait() == 0)

        let b = try start()
        _ = try configure(script("/bin/false"), tracking)
        b.signal(SIGHUP)
        try b.wait(for: "priority 255", limit: 5)
        _ = try configure(script("/bin/false", "user nobody"), tracking)
        b.signal(SIGHUP)
        try b.wait(for: "try: restart the agent", limit: 5)
        _ = try configure(script("/bin/true"), tracking, mode: 0o600)
        b.signal(SIGHUP)
        try b.wait(for: "try: let the user that the agent runs as read it", limit: 5)
    }

    static let users: [(globals: String, script: String, user: String)] = [
        ("script_user nobody", "", "nobody"), ("script_user nobody", "user daemon", "daemon"),
        ("script_user root", "", "root"), ("", "user daemon tty", "daemon"),
    ]

    @Test("a program runs as the user that is named", arguments: users.indices)
    func user(index: Int) throws {
        let (globals, script, user) = Self.users[index]
        let folder = network.directory.appendingPathComponent("out")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
        let file = folder.appendingPathComponent("user")
        let tell = "id -un >\(file.path).new; mv \(file.path).new \(file.path)"
        let check = self.script("/bin/sh -c '\(tell)'", script)
        _ = try configure("global_defs {\n\(globals)\n}\n\(check)", tracking)
        let agent = try start()
        defer { agent.signal(SIGTERM) }
        #expect(eventually(within: 10) { FileManager.default.fileExists(atPath: file.path) })
        #expect(try String(contentsOf: file, encoding: .utf8) == user + "\n")
        guard script.hasSuffix("tty") else { return }
        let group = try FileManager.default.attributesOfItem(atPath: file.path)[.groupOwnerAccountName]
        #expect(group as? String == "tty")
    }

    /// The first refuses as its child does, the second ends and leaves its child behind.
    @Test(
        "a check that takes too long is ended with all that it has started, even where that refuses",
        arguments: ["trap '' TERM; sleep 600 &", "(trap '' TERM; exec sleep 600) &"]
    )
    func endsGroup(start: String) throws {
        let child = network.directory.appendingPathComponent("child")
        let slow = network.directory.appendingPathComponent("slow")
        try writeProgram("#!/bin/sh\n\(start)\necho $! > \(child.path)\nwait\n", to: slow)
        _ = try configure(script(slow.path, "timeout 1"), tracking)
        let agent = try self.start()
        try agent.wait(for: "check check: takes longer than 1.000 s: ended", limit: 10)
        let text = try String(contentsOf: child, encoding: .utf8)
        let process = try #require(Int32(text.dropLast()))
        // A zombie where nobody waits for orphans.
        #expect(eventually(within: 10) { ["Z", nil].contains(agent.status(of: process)["State"]) })
    }

    @Test("an agent whose launcher is killed resigns and ends, to be started again")
    func killedLauncher() throws {
        _ = try configure(script("/bin/true"), tracking)
        let agent = try start()
        kill(try #require(try agent.child(named: "vrrp-launcher")), SIGKILL)
        #expect(agent.wait() == 1)
        try agent.wait(for: "cannot start programs any longer", limit: 5)
        #expect(try !network.holdsAddress("a", "10.99.0.77/32"))
    }
}

@Suite("Launcher")
struct LauncherTests {
    static let requests: [(arguments: [String], asNobody: Bool, isAllowed: Bool)] = [
        (["/bin/check", "-x"], false, true),
        (["/bin/check", "-x"], true, false),
        (["/bin/check"], false, false),
        (["/bin/check", "-x", "-y"], false, false),
        (["/bin/check-x"], false, false),
        (["/bin/told"], true, true),
        (["/bin/told", "INSTANCE", "one", "MASTER", "100"], true, true),
        (["/bin/told", "INSTANCE", "one", "MASTER", "100"], false, false),
        (["/bin/told", "INSTANCE"], true, false),
        (["/bin/told", "INSTANCE", "one", "MASTER", "100", "more"], true, false),
        (["/bin/sh", "-c", "reboot"], false, false),
    ]

    @Test("starts what the configuration names, and nothing else", arguments: requests.indices)
    func allows(index: Int) throws {
        let (arguments, asNobody, isAllowed) = Self.requests[index]
        var plan = Plan.none
        plan.checks = [
            Plan.Check(
                name: "check",
                probe: .program(Plan.Program(arguments: ["/bin/check", "-x"])),
                settings: .init()
            )
        ]
        let nobody = try Program.User(named: "nobody", group: nil)
        let told = Plan.Program(arguments: ["/bin/told"], user: nobody)
        plan.groups = [Plan.Group(name: "all", members: [], notifications: .init(any: told))]
        let packed = arguments.flatMap { $0.terminated }
        let (user, group) = asNobody ? (nobody.id, nobody.group) : (-1, -1)
        #expect(plan.allows(packed[...], user, group) == isAllowed)
    }
}
