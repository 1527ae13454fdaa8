import Foundation
import Testing

/// What is on the wire, decoded by somebody else's program.
@Suite("On the wire", .serialized, .enabled(if: canUseNamespaces, "needs root and network namespaces"))
struct WireTests {
    /// What tcpdump shows of an advertisement, by dialect.
    static let shown: [[String]] = [
        [
            "tos 0xc0, ttl 255", "10.99.0.1 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 101",
            "authtype none, intvl 1s, length 20, addrs: 10.99.0.240",
        ],
        ["authtype simple, intvl 1s, length 20, addrs: 10.99.0.240 auth \"password\""],
        [
            "tos 0xc0, ttl 255", "10.99.0.1 > 224.0.0.18: VRRPv3, Advertisement, vrid 51, prio 101",
            "intvl 10cs, length 12, addrs: 10.99.0.240",
        ],
        [
            "class 0xc0", "hlim 255", "fe80::1 > ff02::12: VRRPv3, Advertisement, vrid 51, prio 101",
            "intvl 10cs, length 40, addrs(2): fe80::5e00,2001:db8::240",
        ],
        ["10.99.0.1 > 10.99.0.2: VRRPv2, Advertisement, vrid 51, prio 101"],
        ["10.99.0.1 > 10.99.0.2: VRRPv3, Advertisement, vrid 51, prio 101"],
        ["2001:db8::1 > 2001:db8::2: VRRPv3, Advertisement, vrid 51, prio 101"],
        [
            "00:00:5e:00:01:33 > 01:00:5e:00:00:12", "tos 0xc0, ttl 255",
            "10.99.0.1 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 101",
        ],
        [
            "00:00:5e:00:02:33 > 33:33:00:00:00:12", "hlim 255",
            "fe80::1 > ff02::12: VRRPv3, Advertisement, vrid 51, prio 101",
        ],
    ]

    @Test("tcpdump finds its packets valid", arguments: zip(Dialect.all, shown))
    func valid(dialect: Dialect, shown: [String]) throws {
        let network = try TestNetwork(nodes: ["a", "b"])
        let file = try dialect.configuration(in: network, "a", priority: 101)
        let agent = try AgentProcess(in: network.namespace("a"), configuration: file)
        try agent.wait(for: "backup → master", limit: 10)
        let output = try run(
            ["ip", "netns", "exec", network.namespace("b"), "timeout", "5"]
                + ["tcpdump", "-envv", "-c", "2", "-i", "eth0", "ip proto 112 or ip6 proto 112"]
        ).output
        for text in shown { #expect(output.contains(text), "\(output)") }
        #expect(!output.contains("bad vrrp cksum"), "\(output)")
    }

    /// What tcpdump shows of one announcement of each address.
    static let announcements: [(dialect: Dialect, shown: [String])] = [
        (Dialect.all[2], ["Request who-has 10.99.0.240 (ff:ff:ff:ff:ff:ff) tell 10.99.0.240"]),
        (
            Dialect.all[3],
            ["fe80::5e00", "2001:db8::240"].map {
                "\($0) > ff02::1: [icmp6 sum ok] ICMP6, neighbor advertisement, length 32, tgt is \($0), Flags [override]"
            }
        ),
    ]

    @Test("a new master announces its addresses as the garp_ keywords say", arguments: announcements.indices)
    func announces(index: Int) throws {
        var (dialect, shown) = Self.announcements[index]
        dialect.extra = { _, _ in
            "garp_master_repeat 2\n garp_master_delay 1\n virtual_ipaddress_excluded {\n 10.99.0.241\n }"
        }
        shown.append("Request who-has 10.99.0.241 (ff:ff:ff:ff:ff:ff) tell 10.99.0.241")
        let network = try TestNetwork(nodes: ["a", "b"])
        let capture = ["tcpdump", "-lenvv", "-i", "eth0", "arp or icmp6[icmp6type] == 136"]
        let b = try AgentProcess(in: network.namespace("b"), command: capture)
        try b.wait(for: "listening on eth0", limit: 10)
        let file = try dialect.configuration(in: network, "a", priority: 101)
        let a = try AgentProcess(in: network.namespace("a"), configuration: file)
        try a.wait(for: "backup → master", limit: 10)
        func count(_ text: String) -> Int { b.lines.count { $0.contains(text) } }
        let ends = eventually(within: 10) { shown.allSatisfy { count($0) >= 4 } }
        #expect(ends, "\(b.lines)")
        a.signal(SIGTERM)
        #expect(a.wait() == 0)
        for text in shown { #expect(count(text) == 4, "\(b.lines)") }
    }

    @Test("adverts come from the address of mcast_src_ip")
    func source() throws {
        let network = try TestNetwork(nodes: ["a", "b"])
        try run(["ip", "-n", network.namespace("a"), "address", "add", "10.99.0.77/24", "dev", "eth0"])
        let dialect = Dialect(name: "", version: 3, interval: 0.1) { _, _ in "mcast_src_ip 10.99.0.77" }
        let file = try dialect.configuration(in: network, "a", priority: 101)
        let agent = try AgentProcess(in: network.namespace("a"), configuration: file)
        try agent.wait(for: "backup → master", limit: 10)
        let capture = ["timeout", "5", "tcpdump", "-n", "-c", "1", "-i", "eth0", "ip proto 112"]
        let output = try run(["ip", "netns", "exec", network.namespace("b")] + capture).output
        #expect(output.contains("10.99.0.77 > 224.0.0.18: VRRPv3"), "\(output)")
    }

    @Test(
        "with vmac_xmit_base only addresses have the virtual MAC address",
        arguments: [("10.99.0.240", "00:00:5e:00:01:33"), ("2001:db8::240", "00:00:5e:00:02:33")]
    )
    func virtualMACOfAddresses(address: String, hardwareAddress: String) throws {
        let network = try TestNetwork(nodes: ["a", "b"])
        let dialect = Dialect(name: "", version: 3, interval: 0.1, addresses: [address]) { _, _ in
            "use_vmac\n vmac_xmit_base"
        }
        let file = try dialect.configuration(in: network, "a", priority: 101)
        let agent = try AgentProcess(in: network.namespace("a"), configuration: file)
        try agent.wait(for: "backup → master", limit: 10)
        let space = network.namespace("b")
        let capture = ["timeout", "5", "tcpdump", "-en", "-c", "2", "-i", "eth0"]
        let adverts = ["ip proto 112 or ip6 proto 112"]
        let output = try run(["ip", "netns", "exec", space] + capture + adverts).output
        #expect(output.contains("Advertisement") && !output.contains("\(hardwareAddress) >"), "\(output)")
        let ping = ["ip", "netns", "exec", space, "ping", "-c", "1", "-W", "1", address]
        #expect(try eventually { try run(ping, expecting: nil).status == 0 })
        let neighbour = try run(["ip", "-n", space, "neighbour", "show", address]).output
        #expect(neighbour.contains("lladdr \(hardwareAddress)"), "\(neighbour)")
    }

    @Test("with v3_checksum_as_v2 the checksum leaves the pseudo-header out, and others accept it")
    func checksum() throws {
        let network = try TestNetwork(nodes: ["a", "b"])
        let plain = Dialect(name: "plain", version: 3, interval: 0.1)
        var switched = plain
        switched.extra = { _, _ in "v3_checksum_as_v2" }
        let other = try plain.configuration(in: network, "b", priority: 100)
        let b = try AgentProcess(in: network.namespace("b"), configuration: other)
        try b.wait(for: "backup → master", limit: 10)
        let file = try switched.configuration(in: network, "a", priority: 101)
        let a = try AgentProcess(in: network.namespace("a"), configuration: file)
        try a.wait(for: "backup → master", limit: 10)
        try b.wait(for: "master → backup: priority 101 of 10.99.0.1 beats own 100", limit: 10)
        let output = try run(
            ["ip", "netns", "exec", network.namespace("b"), "timeout", "5"]
                + ["tcpdump", "-nx", "-c", "1", "-i", "eth0", "ip proto 112 and src 10.99.0.1"]
        ).output
        #expect(output.contains("3133 6501 000a 5e6e 0a63 00f0"), "\(output)")
    }

    @Test("the TTL of a unicast is held to min_ttl and max_ttl", arguments: ["10.99.0.", "2001:db8::"])
    func hopLimits(prefix: String) throws {
        let network = try TestNetwork(nodes: ["a", "b"])
        let dialect = { (limits: String) in
            Dialect(name: "", version: 3, interval: 0.1, addresses: ["\(prefix)240"]) { own, peer in
                "unicast_peer {\n \(prefix)\(peer) \(own == 2 ? limits : "")\n }"
            }
        }
        let strict = try dialect("max_ttl 254").configuration(in: network, "b", priority: 100)
        let b = try AgentProcess(in: network.namespace("b"), configuration: strict)
        try b.wait(for: "backup → master", limit: 10)
        let file = try dialect("").configuration(in: network, "a", priority: 101)
        let a = try AgentProcess(in: network.namespace("a"), configuration: file)
        try b.wait(for: "outside of min_ttl and max_ttl", limit: 10)
        #expect(!b.lines.contains { $0.contains("master → backup") })
        _ = try dialect("min_ttl 255").configuration(in: network, "b", priority: 100)
        b.signal(SIGHUP)
        try b.wait(for: "master → backup: priority 101 of \(prefix)1 beats own 100", limit: 10)
        a.signal(SIGTERM)
    }
}
