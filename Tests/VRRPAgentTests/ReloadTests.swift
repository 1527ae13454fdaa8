import Foundation
import Testing

@testable import apus_vrrpd

@Suite("Reload")
struct ReloadTests {
    private static let configuration = """
        vrrp_script check {
            script "/bin/true"
            interval 2
        }
        vrrp_script other {
            script "/bin/true"
        }
        vrrp_sync_group both {
            group {
                one
                two
            }
        }
        \(["one", "two", "three"].enumerated().map { number, name in
            """
            vrrp_instance \(name) {
                interface eth0
                virtual_router_id \(number + 1)
                priority 10\(number)
                virtual_ipaddress {
                    10.99.0.10\(number)
                }
                track_script {
                    \(name == "three" ? "check" : "other")
                }
            }
            """
        }.joined(separator: "\n"))
        """

    private func plan(_ text: String) throws -> Plan {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("vr-\(UUID()).conf")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        return try Plan(file: ConfigurationFile(path: file.path))
    }

    static let changes: [(what: String, old: String, new: String, continued: [Int?])] = [
        ("nothing", "", "", [0, 1, 2]),
        ("a script's interval", "interval 2", "interval 3", [0, 1, 2]),
        (
            "the order of the scripts", "script check {",
            "script first {\nscript /bin/true\n}\nvrrp_script check {", [0, 1, 2]
        ),
        ("a notify program", "priority 102", "priority 102\nnotify /bin/true", [0, 1, 2]),
        (
            "the pace of announcements", "vrrp_script check",
            "global_defs {\nvrrp_garp_interval 0.1\n}\nvrrp_script check", [0, 1, 2]
        ),
        ("a name", "vrrp_instance three", "vrrp_instance drei", [0, 1, nil]),
        ("a priority", "priority 102", "priority 103", [0, 1, 2]),
        ("an owner", "priority 102", "priority 255", [0, 1, nil]),
        ("an address", "10.99.0.102", "10.99.0.112", [0, 1, 2]),
        ("a weight", "    check\n", "    check weight 2\n", [0, 1, 2]),
        ("a number", "virtual_router_id 3", "virtual_router_id 4", [0, 1, nil]),
        ("an interface", "priority 102", "priority 102\ninterface eth1", [0, 1, nil]),
        ("one member of a group", "virtual_router_id 2", "virtual_router_id 4", [nil, nil, 2]),
        ("a group's name", "vrrp_sync_group both", "vrrp_sync_group all", [0, 1, 2]),
        ("the members of a group", "one\n", "one\nthree\n", [nil, nil, nil]),
    ]

    @Test("what others take for another router starts anew, and nothing else", arguments: changes.indices)
    func continued(index: Int) throws {
        let (what, old, new, continued) = Self.changes[index]
        let changed = Self.configuration.replacing(old, with: new, maxReplacements: 1)
        #expect(try plan(changed).continued(from: plan(Self.configuration)) == continued, "\(what)")
    }

    @Test(
        "a master that did not change stays master while another steps back",
        .enabled(if: canUseNamespaces, "needs root and network namespaces")
    )
    func keepsMaster() throws {
        let network = try TestNetwork(nodes: ["a", "b"])
        let a = try start(network, "a", priorities: [255, 150])
        try a.wait(for: "one: init → master", limit: 5)
        let b = try start(network, "b", priorities: [100, 100])
        try a.wait(for: "two: backup → master", limit: 10)
        let before = try status(network, "one")
        let said = a.lines.filter { $0.contains("one: ") }
        _ = try configure(network, "a", priorities: [255, 50])
        a.signal(SIGHUP)
        try a.wait(for: "two: its configuration changed: goes on with it", limit: 5)
        try b.wait(for: "two: backup → master", limit: 10)
        let after = try status(network, "one")
        #expect(after.seconds > before.seconds && after.sent > before.sent)
        #expect(a.lines.filter { $0.contains("one: ") } == said)
        #expect(!b.lines.contains { $0.contains("one: backup →") })
        #expect(try network.holdsAddress("a", "10.99.0.101/32"))
        #expect(try eventually { try !network.holdsAddress("a", "10.99.0.102/32") })
    }

    @Test(
        "addresses, a route and a check come to a master and go without an election",
        .enabled(if: canUseNamespaces, "needs root and network namespaces")
    )
    func comeAndGo() throws {
        let network = try TestNetwork(nodes: ["a", "b"])
        let more = """
            virtual_ipaddress {
                10.99.0.111
            }
            virtual_ipaddress_excluded {
                10.99.0.112
                2001:db8::111/64
            }
            virtual_routes {
                198.51.100.0/24 via 10.99.0.254
            }
            track_script {
                check
            }
            """
        let check = "vrrp_script check {\nscript /bin/true\n}\n"
        let a = try start(network, "a", priorities: [150], before: check)
        try a.wait(for: "one: backup → master", limit: 8)
        let b = try start(network, "b", priorities: [100])
        try b.wait(for: "one: init → backup", limit: 5)

        _ = try configure(network, "a", priorities: [150], extra: more, before: check)
        a.signal(SIGHUP)
        try b.wait(for: "10.99.0.1 advertises other addresses: 10.99.0.101, 10.99.0.111", limit: 5)
        let added = ["10.99.0.111/32", "10.99.0.112/32", "2001:db8::111/64"]
        for address in added { #expect(try network.holdsAddress("a", address), "\(address)") }
        let routes = ["ip", "-n", network.namespace("a"), "route", "show", "198.51.100.0/24"]
        #expect(try run(routes).output.contains("via 10.99.0.254"))

        _ = try configure(network, "a", priorities: [150], before: check)
        let reload = ["ip", "netns", "exec", network.namespace("a"), agentPath, "reload"]
        #expect(try run(reload).output.contains("one on eth0"))
        for address in added { #expect(try !network.holdsAddress("a", address), "\(address)") }
        #expect(try run(routes).output.isEmpty)
        #expect(try network.holdsAddress("a", "10.99.0.101/32"))
        #expect(!(a.lines + b.lines).contains { $0.contains("master →") || $0.contains("fault") })
    }

    @Test(
        "a check that did not change goes on: it is not run again",
        .enabled(if: canUseNamespaces, "needs root and network namespaces")
    )
    func keepsCheck() throws {
        let network = try TestNetwork(nodes: ["a"])
        func check(_ name: String, pause: String) -> (file: String, text: String) {
            let file = network.directory.appendingPathComponent(name).path
            let script = "/bin/sh -c 'sleep \(pause); echo >>\(file)'"
            return (file, "vrrp_script \(name) {\nscript \"\(script)\"\ninterval 600\nuser root\n}\n")
        }
        let (first, second) = (check("first", pause: "0"), check("second", pause: "0.3"))
        let a = try start(network, "a", priorities: [100], before: first.text)
        #expect(eventually(within: 10) { FileManager.default.contents(atPath: first.file)?.count == 1 })
        _ = try configure(network, "a", priorities: [101], before: first.text + second.text)
        a.signal(SIGHUP)
        #expect(eventually(within: 10) { FileManager.default.contents(atPath: second.file)?.count == 1 })
        #expect(FileManager.default.contents(atPath: first.file)?.count == 1)
    }

    private func configure(
        _ network: TestNetwork,
        _ node: String,
        priorities: [Int],
        extra: String = "",
        before: String = ""
    ) throws -> URL {
        let instances = zip(["one", "two"], priorities).enumerated().map { number, instance in
            """
            vrrp_instance \(instance.0) {
                interface eth0
                virtual_router_id \(number + 1)
                priority \(instance.1)
                virtual_ipaddress {
                    10.99.0.10\(number + 1)
                }
                \(extra)
            }
            """
        }
        return try network.configure(node, ([before] + instances).joined(separator: "\n"))
    }

    private func start(
        _ network: TestNetwork,
        _ node: String,
        priorities: [Int],
        before: String = ""
    ) throws -> AgentProcess {
        let file = try configure(network, node, priorities: priorities, before: before)
        return try AgentProcess(in: network.namespace(node), configuration: file)
    }

    private struct Report: Decodable {
        var instances: [Instance]

        struct Instance: Decodable {
            var name: String
            var seconds: Double
            var sent: Int
        }
    }

    /// Of the agent on a.
    private func status(_ network: TestNetwork, _ name: String) throws -> Report.Instance {
        let json = try run(["ip", "netns", "exec", network.namespace("a"), agentPath, "status", "--json"])
            .output
        let report = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
        return try #require(report.instances.first { $0.name == name })
    }
}
