import Foundation
import Testing

/// `use_vmac`: who holds the address has the virtual router's MAC address.
@Suite(
    "Virtual MAC address",
    .serialized,
    .enabled(if: canUseNamespaces, "needs root and network namespaces")
)
struct VirtualMACTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var address: String
        var hardwareAddress: String
        var interface: String

        var testDescription: String { address }
    }

    static let cases = [
        Case(address: "10.99.0.51", hardwareAddress: "00:00:5e:00:01:33", interface: "vrrp.51"),
        Case(address: "2001:db8::51", hardwareAddress: "00:00:5e:00:02:33", interface: "vrrp6.51"),
    ]

    let network: TestNetwork

    init() throws {
        network = try TestNetwork(nodes: ["a", "b", "c"])
    }

    private func agent(
        _ node: String,
        _ address: String,
        priority: Int,
        interval: Double = 0.1,
        excluded: String = ""
    ) throws -> AgentProcess {
        let text = """
            vrrp_instance one {
                interface eth0
                virtual_router_id 51
                version 3
                priority \(priority)
                advert_int \(interval)
                use_vmac
                virtual_ipaddress {
                    \(address)
                }
                virtual_ipaddress_excluded {
                    \(excluded)
                }
            }
            """
        return try AgentProcess(in: network.namespace(node), configuration: network.configure(node, text))
    }

    /// A third node reaches an address, and knows it by the virtual router's MAC address alone.
    private func expectVirtualMAC(
        _ address: String,
        _ hardwareAddress: String,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let space = network.namespace("c")
        let ping = ["ip", "netns", "exec", space, "ping", "-c", "1", "-W", "1", address]
        #expect(
            try eventually(within: 5) { try run(ping, expecting: nil).status == 0 },
            sourceLocation: location
        )
        let neighbour = try run(["ip", "-n", space, "neighbour", "show", address]).output
        #expect(neighbour.contains("lladdr \(hardwareAddress)"), "\(neighbour)", sourceLocation: location)
    }

    private func has(_ node: String, _ interface: String) throws -> Bool {
        try run(["ip", "-n", network.namespace(node), "-br", "link"]).output.contains(interface)
    }

    @Test("it stays while the routers change, and nothing of a backup comes from it", arguments: cases)
    func takeover(_ wanted: Case) throws {
        let a = try agent("a", wanted.address, priority: 101, interval: 0.5)
        try a.wait(for: "backup → master", limit: 8)
        // What node b sends from that address.
        let said = try AgentProcess(
            in: network.namespace("b"),
            command: ["tcpdump", "-Q", "out", "-len", "-i", "eth0", "ether", "src", wanted.hardwareAddress]
        )
        try said.wait(for: "listening on", limit: 5)
        let b = try agent("b", wanted.address, priority: 100, interval: 0.5)
        try b.wait(for: "init → backup", limit: 5)
        // Longer than the backup's timer: it hears the master.
        let pings = ["ping", "-q", "-c", "5", "-i", "0.5", "-W", "1", wanted.address]
        try run(["ip", "netns", "exec", network.namespace("c")] + pings, expecting: nil)
        #expect(!b.lines.contains { $0.contains("backup → master") }, "\(b.lines)")
        #expect(!said.lines.contains { $0.contains(wanted.hardwareAddress + " >") }, "\(said.lines)")
        try expectVirtualMAC(wanted.address, wanted.hardwareAddress)
        a.signal(SIGTERM)
        #expect(a.wait() == 0)
        try b.wait(for: "backup → master", limit: 5)
        try said.wait(for: "VRRPv3, Advertisement, vrid 51, prio 100", limit: 5)
        try expectVirtualMAC(wanted.address, wanted.hardwareAddress)
        #expect(try !has("a", wanted.interface))
        // No link-local one beside it.
        let shown = ["ip", "-n", network.namespace("b"), "address", "show", "dev", wanted.interface]
        #expect(try run(shown).output.components(separatedBy: "inet").count == 2)
        b.signal(SIGKILL)
        try b.wait(for: "its guardian has resigned", limit: 2)
        #expect(try !has("b", wanted.interface))
    }

    @Test("what a node that lost its power left is removed at the next start", arguments: cases)
    func stale(_ wanted: Case) throws {
        let first = try agent("a", wanted.address, priority: 100)
        try first.wait(for: "backup → master", limit: 5)
        // One that is made only now would resign.
        #expect(try eventually { try first.child(named: "vrrp-guardian") != nil })
        try first.killAll()
        #expect(try network.holdsAddress("a", wanted.address))
        let second = try agent("a", wanted.address, priority: 100)
        try second.wait(for: "left there by an earlier run", limit: 5)
        try second.wait(for: "backup → master", limit: 5)
        try expectVirtualMAC(wanted.address, wanted.hardwareAddress)
    }

    @Test("a master's interface that somebody lowers is raised again", arguments: cases)
    func lowered(_ wanted: Case) throws {
        let a = try agent("a", wanted.address, priority: 100)
        try a.wait(for: "backup → master", limit: 5)
        try run(["ip", "-n", network.namespace("a"), "link", "set", wanted.interface, "down"])
        try expectVirtualMAC(wanted.address, wanted.hardwareAddress)
        #expect(!a.lines.contains { $0.contains("master →") }, "\(a.lines)")
    }

    @Test("where the kernel would filter its packets out, the instance takes no part and says what to do")
    func filtered() throws {
        let enter = ["ip", "netns", "exec", network.namespace("a")]
        try run(enter + ["sysctl", "-q", "-w", "net.ipv4.conf.all.rp_filter=1"])
        let a = try agent("a", Self.cases[0].address, priority: 100)
        try a.wait(for: "init → fault: interface does not exist", limit: 5)
        #expect(a.lines.contains { $0.contains("try: sysctl net.ipv4.conf.all.rp_filter=0") }, "\(a.lines)")
        #expect(try !has("a", Self.cases[0].interface))
    }

    @Test("it carries excluded addresses of the other family too", arguments: zip(cases, cases.reversed()))
    func excluded(_ wanted: Case, other: Case) throws {
        let a = try agent("a", wanted.address, priority: 100, excluded: other.address)
        try a.wait(for: "backup → master", limit: 5)
        try expectVirtualMAC(other.address, wanted.hardwareAddress)
    }
}
