import Foundation
import ProgramFiles
import Testing

/// Two agents with the seed's configuration on one wire. The limits are those the cluster promises.
@Suite(
    "Takeover",
    .serialized,
    .enabled(if: canUseNamespaces, "needs root and network namespaces")
)
struct TakeoverTests {
    let network: TestNetwork
    let first: URL
    let second: URL

    init() throws {
        network = try TestNetwork(nodes: ["a", "b"])
        try network.setHealthy("a", true)
        try network.setHealthy("b", true)
        first = try network.configuration("a", state: "MASTER", priority: 101)
        second = try network.configuration("b", state: "BACKUP", priority: 100)
    }

    private func agent(_ node: String) throws -> AgentProcess {
        try AgentProcess(
            in: network.namespace(node),
            configuration: node == "a" ? first : second
        )
    }

    /// Both run, and the preferred one is master.
    private func pair() throws -> (a: AgentProcess, b: AgentProcess) {
        let a = try agent("a")
        try a.wait(for: "backup → master", limit: 6)
        let b = try agent("b")
        try b.wait(for: "check check_haproxy passes", limit: 2)
        try expectHolder("a")
        return (a, b)
    }

    private func expectHolder(_ node: String, _ location: SourceLocation = #_sourceLocation) throws {
        for other in ["a", "b"] {
            #expect(
                try network.holdsAddress(other) == (other == node),
                "address on \(other)",
                sourceLocation: location
            )
        }
    }

    @Test("a stopped agent resigns: the other holds the address within 2 s, and gives it back")
    func stopped() throws {
        let (a, b) = try pair()
        a.signal(SIGTERM)
        let seen = try b.wait(for: "backup → master: 10.99.0.1 resigned", limit: 2)
        #expect(a.wait() == 0)
        try expectHolder("b")
        let again = try agent("a")
        try again.wait(for: "backup → master: own priority 103 beats 102 of 10.99.0.2", limit: 5)
        try b.wait(for: "master → backup", after: seen, limit: 1)
        try expectHolder("a")
    }

    @Test("a killed agent's guardian resigns for it: the other takes over after its skew")
    func killed() throws {
        let (a, b) = try pair()
        a.signal(SIGKILL)
        try a.wait(for: "its guardian has resigned and removed the addresses", limit: 0.5)
        try b.wait(for: "backup → master: 10.99.0.1 resigned", limit: 1.5)
        try expectHolder("b")
        let again = try agent("a")
        try again.wait(for: "backup → master: own priority 103 beats 102 of 10.99.0.2", limit: 5)
        try expectHolder("a")
    }

    @Test("a guardian that is killed is replaced, and the next one does its work")
    func killedGuardian() throws {
        let (a, b) = try pair()
        let guardian = try #require(try a.child(named: "vrrp-guardian"))
        kill(guardian, SIGKILL)
        try a.wait(for: "the guardian was ended by somebody: started again", limit: 1)
        #expect(try eventually { try a.child(named: "vrrp-guardian") != nil })
        a.signal(SIGKILL)
        try b.wait(for: "backup → master: 10.99.0.1 resigned", limit: 1.5)
        try expectHolder("b")
    }

    @Test("an address that a crashed predecessor left is removed at the start")
    func stale() throws {
        try network.addAddress("a")
        let a = try agent("a")
        try a.wait(for: "left there by an earlier run", limit: 2)
        try a.wait(for: "init → backup", limit: 2)
        #expect(try !network.holdsAddress("a"))
    }

    @Test("a node cut off from the network is replaced within 5 s, and takes its place again")
    func cutOff() throws {
        let (a, b) = try pair()
        try network.setSwitchPort("a", up: false)
        try a.wait(for: "master → fault: interface has no carrier", limit: 1)
        let seen = try b.wait(for: "backup → master: no advertisement from", limit: 5)
        try expectHolder("b")
        try network.setSwitchPort("a", up: true)
        try a.wait(for: "fault → backup", limit: 2)
        try b.wait(for: "master → backup", after: seen, limit: 6)
        try expectHolder("a")
    }

    @Test("a failed check moves the address within 6 s, and it returns when the check passes")
    func failedCheck() throws {
        let (a, b) = try pair()
        try network.setHealthy("a", false)
        // On a busy machine the skew of the one may end after that of the other, and then it beats it.
        try b.wait(for: "backup → master", limit: 6)
        let seen = try a.wait(for: "master → backup: priority 102 of 10.99.0.2 beats own 101", limit: 1)
        try expectHolder("b")
        try network.setHealthy("a", true)
        try a.wait(for: "backup → master: own priority 103 beats 102", after: seen, limit: 7)
        try b.wait(for: "master → backup", limit: 1)
        try expectHolder("a")
    }

    @Test("a check that fails on both moves nothing")
    func failedOnBoth() throws {
        let (a, b) = try pair()
        try network.setHealthy("b", false)
        try b.wait(for: "priority 102 → 100", limit: 3)
        try network.setHealthy("a", false)
        try a.wait(for: "resigns to let a backup above priority 101 take over", limit: 5)
        // On a busy machine the backup's timer may end first; then it is told at once that it has lost.
        #expect(
            eventually {
                a.lines.contains { $0.contains("stays master") || $0.contains("10.99.0.2 is master too") }
            }
        )
        #expect(try eventually { try network.holdsAddress("a") && !network.holdsAddress("b") })
        #expect(!a.lines.contains { $0.contains("master →") })
    }

    @Test("an agent that was paused gives way before it says a word, and preempts by the rules")
    func paused() throws {
        let (a, b) = try pair()
        a.signal(SIGSTOP)
        let seen = try b.wait(for: "backup → master: no advertisement from", limit: 8)
        a.signal(SIGCONT)
        let awake = try a.wait(
            for: "master → backup: did not run for a while, and 10.99.0.2 is master now",
            limit: 3
        )
        try expectHolder("b")
        #expect(!b.lines.dropFirst(seen).contains { $0.contains("master →") })
        try a.wait(for: "backup → master: own priority 103 beats 102", after: awake, limit: 8)
        try b.wait(for: "master → backup", after: seen, limit: 2)
        try expectHolder("a")
    }

    @Test("an address that somebody removes is back at once")
    func removed() throws {
        let (a, _) = try pair()
        try network.removeAddress("a")
        try a.wait(for: "10.99.0.240 was removed by somebody: adds it again", limit: 1)
        try expectHolder("a")
        #expect(!a.lines.contains { $0.contains("master →") })
    }

    @Test("notify programs are told of each state, in order, and of the end before it")
    func notified() throws {
        let told = network.directory.appendingPathComponent("told")
        let script = network.directory.appendingPathComponent("tell")
        // The first one is slow: the later ones must wait for it.
        let lines = "#!/bin/sh\n[ $1 = backup ] && sleep 0.3\necho $* >>\(told.path)\n"
        try writeProgram(lines, to: script)
        let keywords = ["master", "backup", "fault", "stop"].map {
            "notify_\($0) \"\(script.path) \($0)\""
        }
        let extra = (keywords + ["notify \(script.path)"]).joined(separator: "\n")
        _ = try network.configuration("a", state: "MASTER", priority: 101, extra: extra)
        let a = try agent("a")
        try a.wait(for: "backup → master", limit: 6)
        try network.setSwitchPort("a", up: false)
        try a.wait(for: "master → fault", limit: 5)
        try network.setSwitchPort("a", up: true)
        try a.wait(for: "fault → backup", limit: 5)
        a.signal(SIGTERM)
        #expect(a.wait() == 0)
        let seen = try String(contentsOf: told, encoding: .utf8).split(separator: "\n").map(String.init)
        let states = ["BACKUP", "MASTER", "FAULT", "BACKUP", "STOP"]
        let all = states.map { "INSTANCE haproxy \($0) 103" }
        #expect(seen.filter { $0.hasPrefix("INSTANCE") }.map { $0.dropLast(4) } == all.map { $0.dropLast(4) })
        #expect(seen.filter { !$0.hasPrefix("INSTANCE") } == ["backup", "master", "fault", "backup", "stop"])
        #expect(seen.first == "backup" && seen.last?.hasPrefix("INSTANCE haproxy STOP") == true)
    }

    @Test("a notify program that hangs does not hold up the end")
    func hangingNotification() throws {
        let extra = "notify_stop \"/bin/sleep 600\""
        _ = try network.configuration("a", state: "BACKUP", priority: 101, extra: extra)
        let a = try agent("a")
        try a.wait(for: "init → backup", limit: 5)
        a.signal(SIGTERM)
        #expect(a.wait() == 0)
        #expect(a.lines.contains { $0.hasSuffix("a notify program takes longer than 2.000 s at the end") })
    }

    @Test("SIGHUP: the same file changes nothing, an invalid one is refused, a new one comes into force")
    func reload() throws {
        let (a, b) = try pair()
        a.signal(SIGHUP)
        try a.wait(for: "unchanged", limit: 2)
        try Data("vrrp_instance haproxy {\n    interfaec eth0\n}\n".utf8).write(to: first)
        a.signal(SIGHUP)
        try a.wait(for: "a.conf:2:5", limit: 2)
        try a.wait(for: "the old one stays in force", limit: 2)
        try expectHolder("a")
        _ = try network.configuration("a", state: "BACKUP", priority: 50)
        a.signal(SIGHUP)
        try a.wait(for: "read again", limit: 2)
        try b.wait(for: "backup → master", limit: 6)
        try a.wait(for: "master → backup: priority 102 of 10.99.0.2 beats own 52", limit: 1)
        try expectHolder("b")
    }

    @Test("waits for an interface that comes later")
    func interfaceLater() throws {
        let space = network.namespace("a")
        try run(["ip", "-n", space, "link", "set", "eth0", "down"])
        try run(["ip", "-n", space, "link", "set", "eth0", "name", "eth9"])
        let a = try agent("a")
        try a.wait(for: "init → fault: interface does not exist", limit: 2)
        try run(["ip", "-n", space, "link", "set", "eth9", "name", "eth0"])
        try run(["ip", "-n", space, "link", "set", "eth0", "up"])
        try a.wait(for: "fault → backup", limit: 2)
        try a.wait(for: "backup → master", limit: 6)
        #expect(try network.holdsAddress("a"))
    }
}
