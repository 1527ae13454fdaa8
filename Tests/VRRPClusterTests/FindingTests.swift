import KeepalivedConfiguration
import Testing
import VRRPCluster

@Suite("What is wrong between configurations")
struct FindingTests {
    /// What each host has beside the usual, and the findings as "host: effect: beginning of the problem".
    struct Case: CustomTestStringConvertible {
        let name: String
        let hosts: [String: String]
        let findings: [String]
        var testDescription: String { name }

        init(_ name: String, _ hosts: [String: String], _ findings: [String]) {
            (self.name, self.hosts, self.findings) = (name, hosts, findings)
        }
    }

    @Test("are found router by router", arguments: cases)
    func findings(of example: Case) throws {
        let nodes = try example.hosts.sorted { $0.key < $1.key }.map { host, text in
            Node(
                host: host,
                addresses: [try #require(Address("10.0.0.\(host)"))],
                configuration: try Configuration(parsing: text, file: "\(host).conf")
            )
        }
        let found = Finding.all(in: nodes)
        #expect(found.count == example.findings.count, "\(found)")
        for (finding, expected) in zip(found, example.findings) {
            #expect("\(finding.host): \(finding.effect.rawValue): \(finding.problem)".hasPrefix(expected))
        }
    }

    static let cases: [Case] = [
        Case("two that differ in their priority only", ["1": router(101), "2": router(100)], []),
        Case(
            "nobody else",
            ["1": router(101)],
            ["1: never fails over: no other host has a virtual router for 10.0.0.100"]
        ),
        Case(
            "one number for two addresses of a network",
            ["1": router(101), "2": router(100), "3": router(90, addresses: "10.0.0.200")],
            ["3: splits: 1 uses virtual_router_id 51 for other addresses (10.0.0.100) on the same network"]
        ),
        Case(
            "one number on two networks, by the usual prefix",
            [
                "1": router(101), "2": router(100), "3": router(90, addresses: "10.0.7.200"),
                "4": router(80, addresses: "10.0.7.200"),
            ],
            []
        ),
        Case(
            "one number on one network of a longer prefix",
            [
                "1": router(101, addresses: "10.0.0.100/16"), "2": router(100, addresses: "10.0.0.100/16"),
                "3": router(90, addresses: "10.0.7.200/16"), "4": router(80, addresses: "10.0.7.200/16"),
            ],
            ["3: splits: 1 uses virtual_router_id 51 for other addresses (10.0.0.100)"]
        ),
        Case(
            "two numbers for one address",
            ["1": router(101), "2": router(100, id: 52)],
            ["2: splits: virtual_router_id is 52, and 51 on 1"]
        ),
        Case(
            "equal priorities",
            ["1": router(100), "2": router(101), "3": router(100)],
            ["3: splits: priority 100, as on 1"]
        ),
        Case(
            "an address that only one has",
            ["1": router(101, addresses: "10.0.0.100\n10.0.0.101"), "2": router(100)],
            ["1: never fails over: 2 does not have 10.0.0.101"]
        ),
        Case(
            "versions",
            ["1": router(101), "2": router(100, more: "version 3")],
            ["2: splits: VRRP version 3, and 2 on 1"]
        ),
        Case(
            "intervals of version 2",
            ["1": router(101), "2": router(100, more: "advert_int 2")],
            ["2: splits: advert_int is 2.0 seconds, and 1.0 seconds on 1"]
        ),
        Case(
            "intervals of version 3, which are learnt",
            ["1": router(101, more: "version 3"), "2": router(100, more: "version 3\nadvert_int 2")],
            []
        ),
        Case(
            "a password that only one has",
            ["1": router(101, more: password("secret")), "2": router(100)],
            ["2: splits: no password, and one on 1"]
        ),
        Case(
            "unicast and multicast",
            ["1": router(101, more: "unicast_peer { 10.0.0.2 }"), "2": router(100)],
            ["2: splits: multicast, and unicast on 1"]
        ),
        Case(
            "peers that list each other, one of them by another address",
            [
                "1": router(101, more: "unicast_peer { 10.9.9.9 }"),
                "2": router(100, more: "unicast_peer { 10.0.0.1 }\nunicast_src_ip 10.9.9.9"),
            ],
            []
        ),
        Case(
            "a peer that is not listed",
            [
                "1": router(101, more: "unicast_peer { 10.0.0.3 }"),
                "2": router(100, more: "unicast_peer { 10.0.0.1 }"),
            ],
            ["1: splits: unicast_peer does not list 2"]
        ),
        Case(
            "a weight that is enough",
            ["1": router(101, tracking: ["2"]), "2": router(100, tracking: ["2"])],
            []
        ),
        Case(
            "a weight that is too small",
            ["1": router(110, tracking: ["2"]), "2": router(100, tracking: ["2"])],
            [
                "1: never fails over: when 'check0' fails, its weight 2 does not bring the priority 112 below the 102 of 2"
            ]
        ),
        Case(
            "a weight that makes both equal, which moves nothing",
            ["1": router(101, tracking: ["-1"]), "2": router(100)],
            ["1: never fails over: when 'check0' fails, its weight -1"]
        ),
        Case(
            "weights that are enough together",
            ["1": router(110, tracking: ["-6", "-6"]), "2": router(100)],
            []
        ),
        Case(
            "a weight that never makes the difference",
            ["1": router(110, tracking: ["-20", "-1"]), "2": router(100)],
            ["1: never fails over: when 'check1' fails, its weight -1"]
        ),
        Case("a failure that is a fault", ["1": router(110, tracking: ["0"]), "2": router(100)], []),
        Case(
            "an owner that tracks something",
            ["1": router(255, tracking: ["-200"]), "2": router(100)],
            [
                "1: never fails over: the weight -200 of 'check0' does nothing, since priority 255 never changes"
            ]
        ),
        Case(
            "an excluded address that only one has",
            ["1": router(101, more: excluded("10.0.0.200")), "2": router(100)],
            ["1: never fails over: 2 does not have 10.0.0.200"]
        ),
        Case(
            "an address that one advertises and the other excludes",
            [
                "1": router(101, addresses: "10.0.0.100\n10.0.0.200"),
                "2": router(100, more: excluded("10.0.0.200")),
            ],
            ["1: splits: on 2 10.0.0.200 is in virtual_ipaddress_excluded"]
        ),
    ]

    @Test("different passwords are a finding that shows neither")
    func passwords() throws {
        let texts = ["first01", "second2"].map { Self.router(100, more: Self.password($0)) }
        let nodes = try texts.enumerated().map { index, text in
            Node(host: "\(index)", configuration: try Configuration(parsing: text, file: "k.conf"))
        }
        let found = Finding.all(in: nodes).map(\.description).joined()
        #expect(found.contains("1: k.conf:2:1: splits: another password than on 0"))
        #expect(!found.contains("first01") && !found.contains("second2"))
    }

    static func password(_ text: String) -> String {
        "authentication {\nauth_type PASS\nauth_pass \(text)\n}"
    }

    static func router(
        _ priority: Int,
        id: Int = 51,
        addresses: String = "10.0.0.100",
        tracking weights: [String] = [],
        more: String = ""
    ) -> String {
        let scripts = weights.enumerated().map { index, weight in
            "vrrp_script check\(index) {\nscript /bin/true\nweight \(weight)\n}"
        }
        return """
            \(scripts.joined(separator: "\n"))
            vrrp_instance router {
                interface eth0
                virtual_router_id \(id)
                priority \(priority)
                virtual_ipaddress {
                    \(addresses)
                }
                track_script {
                    \(weights.indices.map { "check\($0)" }.joined(separator: "\n"))
                }
                \(more)
            }
            """
    }
}
