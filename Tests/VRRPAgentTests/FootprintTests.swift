import Foundation
import Testing

/// What a master with one instance costs a machine that has little.
@Suite("Footprint", .serialized, .enabled(if: canUseNamespaces, "needs root and network namespaces"))
struct FootprintTests {
    private static let embedded: String? = {
        guard let machine = try? run(["uname", "-m"]).output.split(separator: "\n").first else { return nil }
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../.build/agents/\(machine)/apus-vrrpd").standardized.path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    private static let sizeLimit = 1536
    private let network: TestNetwork

    init() throws { network = try TestNetwork(nodes: ["a"]) }

    private func start(_ program: String, interval: Double = 1) throws -> AgentProcess {
        let extra = "version 3\nadvert_int \(interval)\ngarp_master_delay 0"
        let file = try network.configureOwner("a", extra: extra)
        let agent = try AgentProcess(
            in: network.namespace("a"),
            command: [program, "-f", file.path]
        )
        try agent.wait(for: "→ master", limit: 10)
        return agent
    }

    private func number(_ field: String, of name: String, in agent: AgentProcess) throws -> Int {
        try #require(try agent.status(of: name)?[field].flatMap { Int($0) })
    }

    private var sent: Int {
        get throws {
            let shown = try run(
                ["ip", "netns", "exec", network.namespace("a"), agentPath, "status", "--prometheus"]
            ).output
            let line = shown.split(separator: "\n").first {
                $0.hasPrefix("apus_vrrp_advertisements_sent_total{")
            }
            return try #require(line?.split(separator: " ").last.flatMap { Int($0) }, "\(shown)")
        }
    }

    @Test(
        "the static agent and its guardian have at most 1.5 MB of memory",
        .enabled(if: embedded != nil, "needs make agents")
    )
    func memory() throws {
        let agent = try start(try #require(Self.embedded))
        #expect(try eventually { try agent.child(named: "vrrp-guardian") != nil })
        let sizes = try ["apus-vrrpd", "vrrp-guardian"].map { try number("VmRSS", of: $0, in: agent) }
        #expect(sizes.reduce(0, +) <= Self.sizeLimit, "\(sizes) kB")
    }

    @Test(
        "a master wakes up for its adverts, and hardly for anything else",
        arguments: [(0.05, 60.0), (1, 10)]
    )
    func wakeUps(interval: Double, adverts: Double) throws {
        let agent = try start(agentPath, interval: interval)
        let before = try (sent: sent, woken: number("voluntary_ctxt_switches", of: "apus-vrrpd", in: agent))
        Thread.sleep(forTimeInterval: interval * adverts)
        let woken = try number("voluntary_ctxt_switches", of: "apus-vrrpd", in: agent) - before.woken
        let sent = try sent - before.sent
        #expect(sent > 0 && Double(woken) <= 1.1 * Double(sent), "\(woken) for \(sent) adverts")
    }
}
