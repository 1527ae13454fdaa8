import Foundation
import Testing

/// How fast it is where the protocol's timers do not say.
@Suite("Reactions", .serialized, .enabled(if: canUseNamespaces, "needs root and network namespaces"))
struct ReactionTests {
    private static let address = "10.99.0.77"

    private let network: TestNetwork
    private let monitor: AddressMonitor

    init() throws {
        network = try TestNetwork(nodes: ["a"])
        monitor = try AddressMonitor(in: network.namespace("a"))
    }

    private func start() throws -> AgentProcess {
        let file = try network.configureOwner("a", addresses: Self.address)
        let agent = try AgentProcess(in: network.namespace("a"), configuration: file)
        try agent.wait(for: "→ master", limit: 10)
        #expect(try eventually { try agent.child(named: "vrrp-guardian") != nil })
        return agent
    }

    @Test("an address that somebody removes is there again within 10 ms")
    func removedAddress() throws {
        let agent = try start()
        try expectOnce(within: 0.01) {
            monitor.forget()
            let delete = ["address", "delete", "\(Self.address)/32", "dev", "eth0"]
            try run(["ip", "-n", network.namespace("a")] + delete)
            let gone = try monitor.wait(for: Self.address, gone: true)
            return try monitor.wait(for: Self.address, gone: false).timeIntervalSince(gone)
        }
        #expect(!agent.lines.contains { $0.contains("master →") })
    }

    @Test("the addresses of an agent that is killed are gone within 50 ms")
    func killed() throws {
        try expectOnce(within: 0.05) {
            let agent = try start()
            monitor.forget()
            let killed = Date()
            agent.signal(SIGKILL)
            return try monitor.wait(for: Self.address, gone: true).timeIntervalSince(killed)
        }
    }
}
