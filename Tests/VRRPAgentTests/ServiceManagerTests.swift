import Foundation
import Testing

/// Stands in for systemd: hears what a service tells its manager (sd_notify(3)).
private final class ServiceManagerSocket {
    let path: String
    private let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

    init(in directory: URL) throws {
        path = directory.appendingPathComponent("notify").path
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout.size(ofValue: address))
        let status = withUnsafeBytes(of: &address) {
            bind(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), size)
        }
        try #require(status == 0, "cannot bind \(path)")
    }

    deinit { close(descriptor) }

    /// The next message; nil when none comes in time.
    func next(within limit: Duration) -> String? {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = limit / .milliseconds(1)
        guard poll(&entry, 1, Int32(milliseconds)) == 1 else { return nil }
        var message = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &message, message.count, 0)
        return String(decoding: message.prefix(max(count, 0)), as: UTF8.self)
    }
}

@Suite("Service manager", .enabled(if: canUseNamespaces, "needs root and network namespaces"))
struct ServiceManagerTests {
    private let network: TestNetwork
    private let manager: ServiceManagerSocket

    init() throws {
        network = try TestNetwork(nodes: ["a"])
        manager = try ServiceManagerSocket(in: network.directory)
    }

    private func start(_ environment: [String]) throws -> AgentProcess {
        let configuration = try network.configuration("a", state: "BACKUP", priority: 100)
        let variables = ["NOTIFY_SOCKET=\(manager.path)"] + environment
        return try AgentProcess(
            in: network.namespace("a"),
            command: ["env"] + variables + [agentPath, "-f", configuration.path]
        )
    }

    @Test("is told that the agent lives, until it hangs")
    func watchdog() throws {
        let agent = try start(["WATCHDOG_USEC=200000"])
        #expect(manager.next(within: .seconds(10))?.hasPrefix("READY=1\nSTATUS=") == true)
        for _ in 0..<3 { #expect(manager.next(within: .seconds(10)) == "WATCHDOG=1") }
        agent.signal(SIGSTOP)
        #expect(eventually { agent.isStopped })
        while manager.next(within: .zero) != nil {}
        #expect(manager.next(within: .milliseconds(500)) == nil)
        agent.signal(SIGCONT)
        #expect(manager.next(within: .seconds(10)) == "WATCHDOG=1")
        agent.signal(SIGTERM)
        #expect(agent.wait() == 0)
    }

    @Test("is told of reloads, and its journal of the level of each line")
    func reload() throws {
        let agent = try start(["JOURNAL_STREAM=1:1"])
        #expect(manager.next(within: .seconds(10))?.hasPrefix("READY=1\n") == true)
        _ = try network.configuration("a", state: "BACKUP", priority: 101)
        agent.signal(SIGHUP)
        #expect(manager.next(within: .seconds(10)) == "RELOADING=1")
        #expect(manager.next(within: .seconds(10))?.hasPrefix("READY=1\nSTATUS=") == true)
        try Data("nonsense".utf8).write(to: network.directory.appendingPathComponent("a.conf"))
        agent.signal(SIGHUP)
        let seen = try agent.wait(for: "the old one stays in force", limit: 5)
        let lines = agent.lines.prefix(seen)
        #expect(lines.contains { $0.hasPrefix("<6>apus-vrrpd ") && $0.contains(" starts: haproxy on eth0") })
        #expect(lines.contains { $0.hasPrefix("<3>") && $0.contains("a.conf:1:1: unknown keyword") })
    }

    @Test("is not told so by another process than the one it watches")
    func otherProcess() throws {
        let agent = try start(["WATCHDOG_USEC=200000", "WATCHDOG_PID=1"])
        #expect(manager.next(within: .seconds(10))?.hasPrefix("READY=1") == true)
        agent.signal(SIGTERM)
        #expect(manager.next(within: .seconds(10)) == "STOPPING=1")
    }
}
