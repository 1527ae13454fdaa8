import Foundation
import Testing

/// What a master takes of the packets for its addresses.
@Suite("Accept mode", .enabled(if: canUseNamespaces, "needs root and network namespaces"))
struct AcceptTests {
    private func ping(_ address: String, in space: String) throws -> Bool {
        let ping = ["ip", "netns", "exec", space, "ping", "-c", "1", "-W", "1", address]
        return try run(ping, expecting: nil).status == 0
    }

    @Test(
        "with no_accept nobody reaches an address, and neighbours still find it; a reload opens it",
        arguments: ["10.99.0.240", "2001:db8::240"]
    )
    func closed(address: String) throws {
        let network = try TestNetwork(nodes: ["a", "c"])
        let client = network.namespace("c")
        let agent = try AgentProcess(
            in: network.namespace("a"),
            configuration: configuration(address, "no_accept", in: network)
        )
        defer { agent.signal(SIGTERM) }
        try agent.wait(for: "backup → master", limit: 5)
        #expect(try eventually { try network.holdsAddress("a", address) })
        #expect(try !ping(address, in: client))
        let own = address.contains(":") ? "2001:db8::1" : "10.99.0.1"
        #expect(try ping(own, in: client))
        // Asked directly whether it is still there.
        let hardware = try run(["ip", "-n", network.namespace("a"), "-br", "link", "show", "eth0"]).output
            .split(separator: " ")[2]
        let entry = ["\(address)", "lladdr", "\(hardware)", "dev", "eth0", "nud", "probe"]
        try run(["ip", "-n", client, "neighbour", "replace"] + entry)
        #expect(
            try eventually(within: 5) {
                try run(["ip", "-n", client, "neighbour", "show", address]).output.contains("REACHABLE")
            }
        )
        _ = try configuration(address, "accept", in: network)
        agent.signal(SIGHUP)
        #expect(try eventually(within: 5) { try ping(address, in: client) })
        #expect(agent.lines.count { $0.contains("→ master") } == 1)
    }

    /// Keywords, the virtual address, the one that a neighbour asks, and whether it answers.
    static let answers: [(keywords: String, virtual: String, asked: String, answers: Bool)] = [
        ("", "10.99.0.240", "10.99.0.240", true),
        ("", "2001:db8::240", "2001:db8::240", true),
        ("accept", "10.99.0.240", "10.99.0.240", true),
        // The owner's are the machine's own.
        ("no_accept\n priority 255", "10.99.0.1", "10.99.0.1", true),
        ("no_accept\n priority 255", "2001:db8::1", "2001:db8::1", true),
        ("no_accept\n use_vmac", "10.99.0.240", "10.99.0.240", false),
        ("no_accept\n use_vmac", "2001:db8::240", "2001:db8::240", false),
        ("no_accept\n \(excluding("2001:db8::241"))", "10.99.0.240", "2001:db8::241", false),
        ("no_accept\n \(excluding("10.99.0.241"))", "2001:db8::240", "10.99.0.241", false),
        (excluding("10.99.0.241"), "2001:db8::240", "10.99.0.241", true),
    ]

    private static func excluding(_ address: String) -> String {
        "virtual_ipaddress_excluded {\n \(address)\n }"
    }

    @Test("who has an address answers for it, unless no_accept says otherwise", arguments: answers)
    func answering(keywords: String, virtual: String, asked: String, answers: Bool) throws {
        let network = try TestNetwork(nodes: ["a", "c"])
        let agent = try AgentProcess(
            in: network.namespace("a"),
            configuration: configuration(virtual, keywords, in: network)
        )
        defer { agent.signal(SIGTERM) }
        try agent.wait(for: "→ master", limit: 5)
        #expect(try network.holdsAddress("a", asked))
        let client = network.namespace("c")
        if answers {
            #expect(try eventually(within: 5) { try ping(asked, in: client) })
        } else {
            #expect(try !ping(asked, in: client))
        }
    }

    private func configuration(_ address: String, _ more: String, in network: TestNetwork) throws -> URL {
        let text = """
            vrrp_instance closed {
                interface eth0
                virtual_router_id 51
                version 3
                advert_int 0.1
                \(more)
                virtual_ipaddress {
                    \(address)
                }
            }
            """
        return try network.configure("a", text)
    }
}
