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

    @Test("the owner of an address takes what is for it")
    func owner() throws {
        let network = try TestNetwork(nodes: ["a", "c"])
        let agent = try AgentProcess(
            in: network.namespace("a"),
            configuration: configuration("10.99.0.1", "no_accept\n priority 255", in: network)
        )
        defer { agent.signal(SIGTERM) }
        try agent.wait(for: "→ master", limit: 5)
        #expect(try ping("10.99.0.1", in: network.namespace("c")))
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
