import Foundation
import Testing

/// What follows the master, and what the master follows.
@Suite(
    "Groups, routes and interfaces",
    .serialized,
    .enabled(if: canUseNamespaces, "needs root and network namespaces")
)
struct FollowingTests {
    let network: TestNetwork

    init() throws {
        network = try TestNetwork(nodes: ["a", "b"])
        for node in ["a", "b"] {
            let pair = ["type", "veth", "peer", "name", "cable"]
            try run(["ip", "-n", network.namespace(node), "link", "add", "eth1"] + pair)
            try run(["ip", "-n", network.namespace(node), "link", "set", "cable", "up"])
            try run(["ip", "-n", network.namespace(node), "link", "set", "eth1", "up"])
        }
    }

    /// Two instances on one interface, master together.
    ///
    /// - Parameters:
    ///   - extra: more lines of an instance.
    ///   - members: which of the two have them.
    private func agent(
        _ node: String,
        priority: Int,
        extra: String = "",
        of members: ClosedRange<Int> = 51...51
    ) throws -> AgentProcess {
        let instances = [51, 52].map { number in
            """
            vrrp_instance vr\(number) {
                interface eth0
                virtual_router_id \(number)
                priority \(priority)
                advert_int 0.1
                \(members.contains(number) ? extra : "")
                virtual_ipaddress {
                    10.99.0.\(number)
                }
            }
            """
        }
        let text = """
            global_defs {
                vrrp_version 3
            }
            vrrp_sync_group both {
                group {
                    vr51
                    vr52
                }
            }
            \(instances.joined(separator: "\n"))

            """
        return try AgentProcess(in: network.namespace(node), configuration: network.configure(node, text))
    }

    private func setInterface(_ name: String, of node: String, up: Bool) throws {
        try run(["ip", "-n", network.namespace(node), "link", "set", name, up ? "up" : "down"])
    }

    @Test("a tracked interface that fails takes the whole sync group along, and back")
    func group() throws {
        let a = try agent("a", priority: 101, extra: "track_interface {\n eth1\n }")
        for name in ["vr51", "vr52"] { try a.wait(for: "\(name): backup → master", limit: 5) }
        let b = try agent("b", priority: 100)
        for name in ["vr51", "vr52"] { try b.wait(for: "\(name): init → backup", limit: 5) }
        try setInterface("eth1", of: "a", up: false)
        try a.wait(for: "vr51: master → fault: check eth1 fails", limit: 5)
        try a.wait(for: "vr52: master → fault: follows vr51 of its sync group", limit: 5)
        for name in ["vr51", "vr52"] { try b.wait(for: "\(name): backup → master", limit: 5) }
        #expect(try !network.holdsAddress("a", "10.99.0.52/32"))
        let seen = b.lines.count
        try setInterface("eth1", of: "a", up: true)
        for name in ["vr51", "vr52"] { try b.wait(for: "\(name): master → backup", after: seen, limit: 5) }
        for address in ["10.99.0.51/32", "10.99.0.52/32"] {
            #expect(try eventually { try network.holdsAddress("a", address) })
        }
    }

    private static let weighted = "track_interface {\n eth1 weight -20\n }"

    @Test("a weight that makes one member of a sync group lose tears it not: nothing moves")
    func weightOfOne() throws {
        let a = try agent("a", priority: 101, extra: Self.weighted)
        try a.wait(for: "vr52: backup → master", limit: 5)
        let b = try agent("b", priority: 100)
        try b.wait(for: "vr52: init → backup", limit: 5)
        try setInterface("eth1", of: "a", up: false)
        try a.wait(for: "vr51: priority 101 → 81: check eth1 fails", limit: 5)
        try a.wait(for: "vr51: stays master: no backup beats priority 81", limit: 5)
        // Three of the other's timers long: the advertisements of the virtual router 51 with the lower priority.
        let adverts = ["-c", "12", "-i", "eth0", "ip proto 112 and ip[21] = 51 and ip[22] = 81"]
        let space = network.namespace("b")
        try run(["ip", "netns", "exec", space, "timeout", "10", "tcpdump", "-n"] + adverts)
        for address in ["10.99.0.51/32", "10.99.0.52/32"] {
            #expect(try network.holdsAddress("a", address) && !network.holdsAddress("b", address))
        }
        #expect(!b.lines.contains { $0.contains("→ master") }, "\(b.lines)")
        #expect(!a.lines.contains { $0.contains("master →") }, "\(a.lines)")
        a.signal(SIGTERM)
        for name in ["vr51", "vr52"] { try b.wait(for: "\(name): backup → master", limit: 5) }
    }

    @Test("in reverse, a tracked interface that goes counts as passing")
    func reverse() throws {
        let a = try agent("a", priority: 101, extra: "track_interface {\n eth1 weight -20 reverse\n }")
        try a.wait(for: "vr51: priority 101 → 81: check eth1 fails", limit: 5)
        try setInterface("eth1", of: "a", up: false)
        try a.wait(for: "vr51: priority 81 → 101: check eth1 passes", limit: 5)
    }

    @Test("a weight that makes all members of a sync group lose moves it as one, and back")
    func weightOfAll() throws {
        let a = try agent("a", priority: 101, extra: Self.weighted, of: 51...52)
        try a.wait(for: "vr52: backup → master", limit: 5)
        let b = try agent("b", priority: 100)
        try b.wait(for: "vr52: init → backup", limit: 5)
        for (holder, other, isUp) in [("b", "a", false), ("a", "b", true)] {
            try setInterface("eth1", of: "a", up: isUp)
            for address in ["10.99.0.51/32", "10.99.0.52/32"] {
                let hasMoved = try eventually(within: 5) {
                    try network.holdsAddress(holder, address) && !network.holdsAddress(other, address)
                }
                #expect(hasMoved, "\(address): \(a.lines) \(b.lines)")
            }
        }
    }

    @Test("virtual routes are there while it is master, also where somebody removes them")
    func routes() throws {
        let extra = """
            virtual_routes {
                198.51.100.0/24 via 10.99.0.254 metric 50
                203.0.113.0/24 dev eth1 table 100
            }
            """
        let shown = { table in
            try run(
                ["ip", "-n", self.network.namespace("a"), "route", "show", "table", table],
                expecting: nil
            )
            .output
        }
        let a = try agent("a", priority: 101, extra: extra)
        try a.wait(for: "vr51: backup → master", limit: 5)
        #expect(try shown("main").contains("198.51.100.0/24 via 10.99.0.254 dev eth0 proto static metric 50"))
        #expect(try shown("100").contains("203.0.113.0/24 dev eth1 proto static scope link"))
        try run(["ip", "-n", network.namespace("a"), "route", "delete", "198.51.100.0/24"])
        try a.wait(for: "the route to 198.51.100.0/24 was removed by somebody: added again", limit: 1)
        #expect(try shown("main").contains("198.51.100.0/24 via 10.99.0.254"))
        // With its interface a route goes without a word.
        try setInterface("eth1", of: "a", up: false)
        try setInterface("eth1", of: "a", up: true)
        #expect(try eventually { try shown("100").contains("203.0.113.0/24") })
        a.signal(SIGTERM)
        #expect(a.wait() == 0)
        #expect(try !shown("main").contains("198.51.100.0/24"))
        #expect(try !shown("100").contains("203.0.113.0/24"))
    }

    @Test("without the address to send from it waits, and takes part when it is there")
    func source() throws {
        let a = try agent("a", priority: 101, extra: "mcast_src_ip 10.99.0.77")
        try a.wait(for: "vr51: init → fault: interface has no address to send from", limit: 5)
        try run(["ip", "-n", network.namespace("a"), "address", "add", "10.99.0.77/24", "dev", "eth0"])
        try a.wait(for: "vr51: fault → backup", limit: 5)
    }

    @Test("an address whose interface comes later is added then, and is not called removed")
    func laterDevice() throws {
        let addresses = "10.99.0.77\n10.99.0.78 dev later"
        let configuration = try network.configureOwner("a", addresses: addresses)
        let a = try AgentProcess(in: network.namespace("a"), configuration: configuration)
        try a.wait(for: "cannot add 10.99.0.78/32 to later: No such device", limit: 5)
        try a.wait(for: "→ master", limit: 5)
        #expect(try network.holdsAddress("a", "10.99.0.77/32"))
        try run(["ip", "-n", network.namespace("a"), "link", "add", "later", "type", "veth"])
        #expect(try eventually { try network.holdsAddress("a", "10.99.0.78/32") })
        #expect(!a.lines.contains { $0.contains("removed by somebody") })
    }
}
