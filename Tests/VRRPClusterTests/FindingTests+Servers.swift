import Testing

extension FindingTests {
    @Test("virtual servers are compared", arguments: serverCases)
    func servers(of example: Case) throws { try findings(of: example) }

    static let serverCases: [Case] = [
        Case("the same ones", ["1": router(101) + server(), "2": router(100) + server()], []),
        Case(
            "one that only one has",
            ["1": router(101) + server(), "2": router(100) + server(port: 81)],
            [
                "1: never fails over: 2 has no virtual_server for 10.0.0.100:80:",
                "2: never fails over: 1 has no virtual_server for 10.0.0.100:81:",
            ]
        ),
        Case(
            "another protocol",
            ["1": router(101) + server(), "2": router(100) + server(settings: "protocol UDP")],
            [
                "1: never fails over: 2 has no virtual_server for 10.0.0.100:80:",
                "2: never fails over: 1 has no virtual_server for 10.0.0.100:80/udp:",
            ]
        ),
        Case(
            "a group and one of its addresses",
            ["1": router(101) + group("10.0.0.100 80\n10.0.0.100 81"), "2": router(100) + server()],
            ["1: never fails over: 2 has no virtual_server for 10.0.0.100:81:"]
        ),
        Case(
            "settings",
            [
                "1": router(101) + server(),
                "2": router(100)
                    + server(
                        settings: "lb_algo wrr\nlb_kind DR\npersistence_timeout 60\nsorry_server 10.0.0.9 80"
                    ),
            ],
            [
                "2: serves otherwise: lb_algo of virtual_server 10.0.0.100:80 is wrr, and rr on 1",
                "2: serves otherwise: lb_kind of virtual_server 10.0.0.100:80 is DR, and NAT on 1",
                "2: serves otherwise: persistence_timeout of virtual_server 10.0.0.100:80 is 60.0 seconds, and none on 1",
                "2: serves otherwise: sorry_server of virtual_server 10.0.0.100:80 is 10.0.0.9:80, and none on 1",
            ]
        ),
        Case(
            "real servers, in whatever order",
            [
                "1": router(101) + server(real: ["10.0.0.4 80", "10.0.0.3 80"]),
                "2": router(100) + server(real: ["10.0.0.3 80", "10.0.0.4 80"]),
                "3": router(99) + server(real: ["10.0.0.3 80", "10.0.0.5 80"], settings: "quorum 2"),
            ],
            [
                "3: serves otherwise: quorum of virtual_server 10.0.0.100:80 is 2, and 1 on 1",
                "3: serves otherwise: real_server of virtual_server 10.0.0.100:80 is 10.0.0.3:80, 10.0.0.5:80, "
                    + "and 10.0.0.3:80, 10.0.0.4:80 on 1",
            ]
        ),
        Case(
            "one of marked packets that only one has",
            ["1": router(101) + server("fwmark", port: 7), "2": router(100) + server("fwmark", port: 8)],
            [
                "1: never fails over: 2 has no virtual_server for fwmark 7:",
                "2: never fails over: 1 has no virtual_server for fwmark 8:",
            ]
        ),
        Case(
            "one of two routers is told of once",
            [
                "1": router(101) + second(100) + group("10.0.0.100 80\n10.0.0.200 80"),
                "2": router(100) + second(101)
                    + group("10.0.0.100 80\n10.0.0.200 80").replacing("lb_algo rr", with: "lb_algo sh"),
            ],
            ["2: serves otherwise: lb_algo of virtual_server group web is sh, and rr on 1"]
        ),
        Case(
            "at an address that never comes here",
            [
                "1": router(101, more: excluded("10.0.0.200")) + server("10.0.0.200"),
                "2": router(100) + server("10.0.0.200"),
            ],
            [
                "1: never fails over: 2 does not have 10.0.0.200",
                "2: never fails over: no vrrp_instance has the address of virtual_server 10.0.0.200:80, and one on 1 has "
                    + "10.0.0.200:",
            ]
        ),
        Case(
            "at an address that nobody's router has",
            ["1": router(101) + server("10.0.0.9"), "2": router(100) + server("10.0.0.9", port: 81)],
            []
        ),
    ]

    static func second(_ priority: Int) -> String {
        "\n"
            + router(priority, id: 52, addresses: "10.0.0.200").replacing(
                "vrrp_instance router",
                with: "vrrp_instance second"
            )
    }

    static func excluded(_ address: String) -> String { "virtual_ipaddress_excluded {\n\(address)\n}" }

    static func server(
        _ address: String = "10.0.0.100",
        port: Int = 80,
        real: [String] = ["10.0.0.3 80"],
        settings: String = "protocol TCP"
    ) -> String {
        let servers = real.map { "real_server \($0) {\nweight 1\n}" }.joined(separator: "\n")
        return "\nvirtual_server \(address) \(port) {\nlb_algo rr\n\(settings)\n\(servers)\n}"
    }

    static func group(_ members: String) -> String {
        "\nvirtual_server_group web {\n\(members)\n}"
            + server("group", port: 0).replacing("group 0", with: "group web")
    }
}
