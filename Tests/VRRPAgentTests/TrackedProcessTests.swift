import CLinux
import Foundation
import Testing
import VRRP

@testable import apus_vrrpd

/// A program under a name that nothing else on this machine has, in processes that stay as zombies when they end.
private final class Impostor {
    let name = "vr\(UInt32.random(in: 0 ... .max))"
    let path: URL
    private var running: [Int32] = []

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.copyItem(at: URL(fileURLWithPath: "/bin/sleep"), to: path)
    }

    deinit {
        for process in running { kill(process, SIGKILL) }
        try? FileManager.default.removeItem(at: path)
    }

    func start() {
        let arguments = Array("\(path.path)\0600\0".utf8)
        let process = arguments.withUnsafeBytes { linux_spawn($0.baseAddress, Int64($0.count), -1, -1) }
        #expect(process > 0)
        running.append(process)
    }

    /// Ends the first one, and returns when it has ended.
    func endFirst() {
        let process = running.removeFirst()
        var entry = linux_wait_entry(
            descriptor: linux_watch_process(process),
            events: Int16(LINUX_READABLE),
            seen: 0
        )
        kill(process, SIGKILL)
        #expect(linux_wait(&entry, 1, 10_000_000_000) == 1)
        linux_close(entry.descriptor)
    }
}

@Suite("Tracked processes")
struct TrackedProcessTests {
    private let start = Instant(.zero)

    @Test("as many as the quorum are watched; one that ended and was not waited for does not count")
    func quorum() throws {
        let impostor = try Impostor()
        var watch = ProcessWatch(Plan.Process(name: "x", process: impostor.name, quorum: 2))
        impostor.start()
        #expect(try watch.look(at: start) == false)
        #expect(watch.deadline == start + .milliseconds(200))
        #expect(try watch.look(at: start) == nil)
        for _ in 0..<2 { impostor.start() }
        #expect(try watch.look(at: start) == true)
        #expect(watch.running.count == 2 && watch.deadline == nil)
        impostor.endFirst()
        #expect(try watch.look(at: start) == nil)
        #expect(watch.running.count == 2)
        impostor.endFirst()
        #expect(try watch.look(at: start) == false)
        #expect(watch.running.count == 1)
        watch.stop()
    }

    @Test(
        "the end of a tracked process moves the address within 0.7 s of 1 s adverts, and its return brings it back",
        .enabled(if: canUseNamespaces, "needs root and network namespaces")
    )
    func failover() throws {
        let impostor = try Impostor()
        let network = try TestNetwork(nodes: ["a", "b"])
        for node in ["a", "b"] { try network.setHealthy(node, true) }
        impostor.start()
        let process = "vrrp_track_process haproxy {\n process \(impostor.name)\n weight -10\n}\n"
        let first = try network.configuration(
            "a",
            state: "MASTER",
            priority: 101,
            extra: "track_process {\n haproxy\n }",
            before: process
        )
        let second = try network.configuration("b", state: "BACKUP", priority: 100)
        let a = try AgentProcess(in: network.namespace("a"), configuration: first)
        try a.wait(for: "backup → master", limit: 6)
        let b = try AgentProcess(in: network.namespace("b"), configuration: second)
        try b.wait(for: "check check_haproxy passes", limit: 4)
        let monitor = try AddressMonitor(in: network.namespace("b"))
        try expectOnce(within: 0.7) {
            monitor.forget()
            let seen = a.lines.count
            let ended = Date()
            impostor.endFirst()
            let moved = try monitor.wait(for: "10.99.0.240", gone: false)
            try a.wait(for: "priority 103 → 93: check haproxy fails", after: seen, limit: 2)
            #expect(try eventually { try !network.holdsAddress("a") })
            impostor.start()
            try a.wait(for: "priority 93 → 103: check haproxy passes", after: seen, limit: 2)
            try a.wait(for: "backup → master: own priority 103 beats 102", after: seen, limit: 6)
            return moved.timeIntervalSince(ended)
        }
    }

    @Test(
        "in a container, where process 2 is an ordinary one, its children are seen",
        .enabled(if: canUseNamespaces, "needs root and network namespaces")
    )
    func container() throws {
        let impostor = try Impostor()
        let network = try TestNetwork(nodes: ["a"])
        try network.setHealthy("a", true)
        let configuration = try network.configuration(
            "a",
            state: "MASTER",
            priority: 101,
            extra: "track_process {\n haproxy\n }",
            before: "vrrp_track_process haproxy {\n process \(impostor.name)\n weight 2\n}\n"
        )
        // The agent becomes process 1.
        let second = "'\(impostor.path.path)' 600 & wait"
        let first = "sh -c \"\(second)\" & exec '\(agentPath)' --no-ipvs -f '\(configuration.path)'"
        let container = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", first]
        let a = try AgentProcess(in: network.namespace("a"), command: container)
        try a.wait(for: "check haproxy passes", limit: 6)
    }
}
