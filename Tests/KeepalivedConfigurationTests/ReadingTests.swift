import Testing

@testable import KeepalivedConfiguration

@Suite("Reading configurations")
struct ReadingTests {
    @Test(
        "quotes, escapes, comments and braces make words",
        arguments: [
            ("a b # c\n! d\ne", ["a", "b", "e"]), ("\"a b\" \"c\\\"d\\\\\"", ["a b", "c\"d\\"]),
            ("\"#!\"x", ["#!x"]), ("a{", ["a", "{"]), ("{a}", ["{", "a", "}"]),
            ("c/{a,b}.d {", ["c/{a,b}.d", "{"]),
            ("\"\"", [""]), ("\u{FEFF}a\r\n", ["a"]), ("\"\\t\\n\\q\"", ["\t\nq"]),
        ]
    )
    func lexing(text: String, words: [String]) {
        var lexer = Lexer(Array(text.utf8), file: "x")
        var diagnostics = Diagnostics()
        lexer.run(&diagnostics)
        #expect(
            lexer.tokens.map { $0.kind == .open ? "{" : $0.kind == .close ? "}" : $0.text } == words
        )
        #expect(diagnostics.errors.isEmpty)
    }

    @Test(
        "addresses are read and written canonically",
        arguments: [
            ("10.0.0.1", "10.0.0.1"), ("::", "::"), ("::1", "::1"), ("2001:DB8::1", "2001:db8::1"),
            ("fe80:0:0:0:0:0:0:1", "fe80::1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1::", "1::"),
            ("::ffff:10.0.0.1", "::ffff:a00:1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ]
    )
    func addresses(text: String, canonical: String) throws {
        let address = try #require(Address(text))
        #expect(address.description == canonical)
        #expect(Address(canonical) == address)
    }

    @Test(
        "what is no address is none",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.+4", "1..2.3", ":", ":::", "1:2", ":1::2", "1::2:",
            "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1.2.3", "1.2.3.4:",
        ]
    )
    func noAddresses(text: String) {
        #expect(Address(text) == nil)
    }

    @Test("options of virtual addresses are read, on one line and on several")
    func virtualAddresses() throws {
        let text = instance(
            """
            virtual_ipaddress { 10.0.0.2/24 dev eth1 brd 10.0.0.255 scope link 10.0.0.3/24 label eth0:1 brd + }
            """
        )
        let addresses = try parse(text).instances[0].virtualAddresses
        #expect(addresses.map(\.address.description) == ["10.0.0.1", "10.0.0.2", "10.0.0.3"])
        #expect(addresses.map(\.prefixLength) == [32, 24, 24])
        #expect(addresses.map(\.device) == [nil, "eth1", nil])
        #expect(addresses.map(\.label) == [nil, nil, "eth0:1"])
        #expect(addresses.map(\.scope) == [0, 253, 0])
        #expect(addresses[1].broadcast == Address("10.0.0.255").map { .address($0) })
        #expect(addresses[2].broadcast == .computed)
    }

    @Test("scripts are read, also from one line")
    func scripts() throws {
        let text =
            instance("track_script { a weight -5 reverse b weight 3 c }")
            + "\nvrrp_script a { script \"/bin/x 'y z'\" interval 0.5 timeout 3 weight 2 rise 2 fall 3 user u g init_fail }"
            + "\nvrrp_script b {\n script /bin/true -x y\n interval 0\n}\nvrrp_script c { script x }"
        let configuration = try parse(text)
        let script = try #require(configuration.script(named: "a"))
        #expect(script.command == ["/bin/x", "y z"])
        #expect(script.interval == .milliseconds(500) && script.timeout == .seconds(3))
        #expect(script.weight == 2 && script.rise == 2 && script.fall == 3 && script.initFail)
        #expect(script.user == ScriptUser(user: "u", group: "g"))
        #expect(configuration.scripts[1].command == ["/bin/true", "-x", "y"])
        #expect(configuration.scripts[1].interval == .seconds(1))
        let tracked = configuration.instances[0].trackedScripts
        #expect(tracked.map(\.name) == ["a", "b", "c"])
        #expect(tracked.map(\.weight) == [-5, 3, nil])
        #expect(tracked.map(\.reverse) == [true, nil, nil])
    }

    @Test("global_defs hold for all instances, wherever they stand")
    func globals() throws {
        let text =
            instance("garp_master_delay 7") + """

                global_defs {
                    router_id "my router"
                    vrrp_version 3
                    vrrp_garp_master_repeat 2
                    vrrp_garp_master_delay 1
                    vrrp_garp_interval 0.001
                }
                """
        let configuration = try parse(text)
        #expect(configuration.globals.routerID == "my router")
        #expect(configuration.instances[0].version == .v3)
        let garp = configuration.instances[0].gratuitousARP
        #expect(garp == GratuitousARP(repeat: 2, delay: .seconds(7), interval: .milliseconds(1)))
    }

    @Test("the remaining keywords of an instance are read")
    func others() throws {
        let text = instance(
            """
            unicast_peer {
                10.0.0.7
                10.0.0.8 min_ttl 4 max_ttl 9
            }
            unicast_src_ip 10.0.0.6
            mcast_src_ip 10.0.0.5
            virtual_ipaddress_excluded {
                10.0.0.9
                2001:db8::9/64 dev eth1
            }
            preempt_delay 2.5
            notify /bin/any root wheel
            notify_stop "/bin/stop now" nobody
            priority 254
            """
        )
        let instance = try parse(text).instances[0]
        #expect(instance.unicastPeers.map(\.address.description) == ["10.0.0.7", "10.0.0.8"])
        #expect(instance.unicastPeers.map(\.hopLimits) == [0...255, 4...9])
        #expect(instance.unicastSource?.description == "10.0.0.6")
        #expect(instance.multicastSource?.description == "10.0.0.5")
        #expect(instance.excludedAddresses.map(\.address.description) == ["10.0.0.9", "2001:db8::9"])
        #expect(instance.preemptDelay == .milliseconds(2500))
        #expect(
            instance.notifications.any
                == NotifyScript(["/bin/any"], user: ScriptUser(user: "root", group: "wheel"))
        )
        #expect(
            instance.notifications.stop
                == NotifyScript(["/bin/stop", "now"], user: ScriptUser(user: "nobody"))
        )
    }

    @Test(
        "tracked processes and interfaces, routes, groups and a virtual MAC are read",
        arguments: ["\n", " "]
    )
    func newer(separator: String) throws {
        let text =
            instance(
                """
                track_process {
                    haproxy weight -5 reverse
                    nginx
                }
                track_interface {
                    eth1
                    eth2 weight 7
                }
                virtual_routes {
                    10.1.0.0/16 via 10.0.0.254 dev eth1 src 10.0.0.1 scope site table 7 metric 3
                    192.168.0.1 src 10.0.0.1
                    default via 10.0.0.254
                }
                use_vmac vrrp51
                vmac_xmit_base
                no_accept
                v3_checksum_as_v2
                dont_track_primary
                """
            ) + """

                vrrp_track_process haproxy {
                    process haproxy
                    quorum 2
                    weight 3
                }
                track_process nginx {
                    process nginx
                }
                vrrp_sync_group g {
                    group {
                        VI_1
                    }
                    notify_master /bin/true
                }
                """
        let configuration = try parse(separator == " " ? Self.onOneLine(text) : text)
        #expect(configuration.processes.map(\.process) == ["haproxy", "nginx"])
        #expect(configuration.processes.map(\.quorum) == [2, 1])
        #expect(configuration.processes.map(\.weight) == [3, 0])
        #expect(configuration.syncGroups.map(\.members) == [["VI_1"]])
        #expect(configuration.syncGroups[0].notifications.master == NotifyScript(["/bin/true"]))
        let instance = configuration.instances[0]
        #expect(instance.trackedProcesses.map(\.weight) == [-5, nil])
        #expect(instance.trackedProcesses.map(\.reverse) == [true, nil])
        #expect(instance.trackedInterfaces.map(\.name) == ["eth1", "eth2"])
        #expect(instance.trackedInterfaces.map(\.weight) == [nil, 7])
        #expect(instance.virtualMAC == VirtualMAC(interface: "vrrp51", advertisesFromBase: true))
        #expect(!instance.accepts && !instance.tracksInterface && !instance.checksumCoversPseudoHeader)
        let routes = instance.virtualRoutes
        #expect(routes.map(\.destination.description) == ["10.1.0.0", "192.168.0.1", "0.0.0.0"])
        #expect(routes.map(\.prefixLength) == [16, 32, 0])
        #expect(routes.map { $0.gateway?.description } == ["10.0.0.254", nil, "10.0.0.254"])
        #expect(routes.map { $0.source?.description } == ["10.0.0.1", "10.0.0.1", nil])
        #expect(routes[0].device == "eth1" && routes[0].scope == 200)
        #expect(routes[0].table == 7 && routes[0].metric == 3)
    }

    @Test("a route's options may come before its destination")
    func optionsFirst() throws {
        let text = instance("virtual_routes {\nsrc 10.0.0.1 to 192.168.0.1\ndev eth1 to 10.1.0.0/16\n}")
        let routes = try parse(text).instances[0].virtualRoutes
        #expect(routes.map(\.destination.description) == ["192.168.0.1", "10.1.0.0"])
        #expect(routes.map(\.device) == [nil, "eth1"])
    }

    private static func onOneLine(_ text: String) -> String {
        text.split(separator: "\n").joined(separator: " ")
    }

    @Test(
        "what is not said has keepalived's defaults",
        arguments: [("", 100, 2), ("state MASTER", 255, 2), ("state BACKUP", 100, 2), ("version 3", 100, 3)]
            as [(String, UInt8, UInt8)]
    )
    func defaults(line: String, priority: UInt8, version: UInt8) throws {
        let instance = try parse(instance(line)).instances[0]
        #expect(instance.priority == priority)
        #expect(instance.version.rawValue == version)
        #expect(instance.advertisementInterval == .seconds(1))
        #expect(instance.gratuitousARP == GratuitousARP(repeat: 5, delay: .seconds(5)))
    }

    @Test("IPv6 addresses make version 3")
    func ipv6() throws {
        let text =
            "vrrp_instance a { interface eth0 virtual_router_id 1 virtual_ipaddress { fe80::1/64 2001:db8::1 } }"
        let instance = try parse(text).instances[0]
        #expect(instance.version == .v3)
        #expect(instance.virtualAddresses.map(\.prefixLength) == [64, 128])
    }

    @Test("braces in an include are expanded here")
    func braces() {
        #expect(
            expandBraces(Array("a{b,c}{d,e}".utf8)) == ["abd", "abe", "acd", "ace"].map { Array($0.utf8) }
        )
        #expect(expandBraces(Array("a".utf8)) == [Array("a".utf8)])
    }
}
