import Foundation
import Testing

/// When a better node takes the address from one that has it.
@Suite("Preemption", .enabled(if: canUseNamespaces, "needs root and network namespaces"))
struct PreemptionTests {
    private static let address = "10.99.0.240"

    private func agent(
        _ node: String,
        in network: TestNetwork,
        priority: Int,
        _ extra: String = ""
    ) throws -> AgentProcess {
        let dialect = Dialect(name: "", version: 3, interval: 0.3) { _, _ in extra }
        let file = try dialect.configuration(in: network, node, priority: priority)
        return try AgentProcess(in: network.namespace(node), configuration: file)
    }

    @Test("a better node that comes back takes the address when its preempt_delay is over, and not before")
    func delay() throws {
        // More than the 1.1 s after which it would preempt without.
        let delay = 2.5
        let network = try TestNetwork(nodes: ["a", "b"])
        let b = try agent("b", in: network, priority: 100)
        try b.wait(for: "backup → master", limit: 10)
        let monitor = try AddressMonitor(in: network.namespace("a"))
        let start = Date()
        let a = try agent("a", in: network, priority: 101, "preempt_delay \(delay)")
        let taken = try monitor.wait(for: Self.address, gone: false)
        #expect(taken.timeIntervalSince(start) >= delay, "\(a.lines)")
        try a.wait(for: "backup → master: own priority 101 beats 100 of 10.99.0.2", limit: 5)
        try b.wait(for: "master → backup: priority 101 of 10.99.0.1 beats own 100", limit: 5)
    }

    @Test("with preempt_delay it takes the place of one that is gone at once")
    func delayWithoutMaster() throws {
        let network = try TestNetwork(nodes: ["a", "b"])
        let b = try agent("b", in: network, priority: 100)
        try b.wait(for: "backup → master", limit: 10)
        let a = try agent("a", in: network, priority: 101, "preempt_delay 1000")
        try a.wait(for: "init → backup", limit: 5)
        b.signal(SIGTERM)
        try a.wait(for: "backup → master: 10.99.0.2 resigned", limit: 10)
    }

    @Test("with nopreempt it leaves the address where it is, until that node is gone")
    func never() throws {
        let network = try TestNetwork(nodes: ["a", "b"])
        let b = try agent("b", in: network, priority: 100)
        try b.wait(for: "backup → master", limit: 10)
        let a = try agent("a", in: network, priority: 101, "nopreempt")
        try a.wait(for: "init → backup", limit: 5)
        // Longer than its timer.
        let adverts = ["timeout", "10", "tcpdump", "-n", "-c", "6", "-i", "eth0", "ip proto 112"]
        try run(["ip", "netns", "exec", network.namespace("a")] + adverts)
        #expect(try !network.holdsAddress("a"), "\(a.lines)")
        b.signal(SIGTERM)
        try a.wait(for: "backup → master: 10.99.0.2 resigned", limit: 10)
    }
}
