import KeepalivedConfiguration
import LoadBalancing
import VRRP

extension Trial {
    static let agent = [packets, configurations, answers]

    // MARK: Packets

    /// Packets that nobody would send, all the way into a master and a backup.
    private static let packets = Trial(
        "VRRP packets",
        // IPv4 with version 2, with a password, with version 3, and IPv6.
        seeds: [
            packet(ipv4, "21336501 00016f03 0a630064 00000000 00000000"),
            packet(ipv4, "21336501 0101a05a 0a630064 70617373 776f7264"),
            packet(ipv4, "31336501 000a7407 0a630064 00000000 00000000"),
            packet(
                "60000000 00287 0ff fe800000 00000000 00000000 00000001 ff020000 00000000 00000000 00000012",
                "31336502 00646e1c fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 00000001"
            ),
        ],
        salt: "\0\u{1}!1e\u{7F}"
    ) {
        var routers = [router(.v2), router(.v3)]
        var now = Instant(.seconds(10))
        return { input throws(Violation) in
            // Most of what is broken would never get beyond the checksum.
            let packets = [input, withChecksum(input)]
            let advertisements = packets.compactMap(advertisement)
            for (advertisement, source) in advertisements {
                now = now + .milliseconds(1)
                for index in routers.indices {
                    for event in [.received(advertisement, from: source), VirtualRouter.Event.timer] {
                        routers[index].handle(event, at: now)
                        while routers[index].nextAction() != nil {}
                    }
                }
            }
            return !advertisements.isEmpty
        }
    }

    private static let ipv4 = "45c00028 00000000 ff700000 0a2a0026 e0000012"

    private static func packet(_ parts: String...) -> [UInt8] {
        let digits = Array(parts.joined().filter { $0 != " " })
        return stride(from: 0, to: digits.count, by: 2).compactMap { index in
            UInt8(String(digits[index..<index + 2]), radix: 16)
        }
    }

    private static func advertisement(_ packet: [UInt8]) -> (Advertisement, IPAddress)? {
        guard let datagram = try? Datagram(packet: packet), let advertisement = try? Advertisement(datagram)
        else { return nil }
        return (advertisement, datagram.source)
    }

    /// That of the payload alone, as version 2 and keepalived's version 3 without pseudo-header have it.
    private static func withChecksum(_ packet: [UInt8]) -> [UInt8] {
        let header = (packet.first ?? 0) >> 4 == 4 ? 20 : 40
        let place = header + 6
        guard packet.count > place + 1 else { return packet }
        let sum = stride(from: header, to: packet.count - 1, by: 2).reduce(UInt32(0)) { sum, index in
            index == place ? sum : sum + UInt32(packet[index]) << 8 + UInt32(packet[index + 1])
        }
        let folded = (sum & 0xffff) + sum >> 16
        let checksum = ~UInt16(truncatingIfNeeded: folded + folded >> 16)
        var packet = packet
        packet[place] = UInt8(checksum >> 8)
        packet[place + 1] = UInt8(checksum & 0xff)
        return packet
    }

    private static func router(_ version: Advertisement.Version) -> VirtualRouter {
        guard let id = VirtualRouterID(51) else { preconditionFailure("51 is the number of a router") }
        var router = VirtualRouter(
            .init(version: version, virtualRouter: id, addresses: [.v4(IPv4Address(10, 42, 0, 240))])
        )
        router.handle(.interfaceUp(.v4(IPv4Address(10, 42, 0, 73))), at: Instant(.zero))
        router.handle(.start, at: Instant(.zero))
        while router.nextAction() != nil {}
        return router
    }

    // MARK: Configurations

    private static let configurations = Trial(
        "keepalived configurations",
        texts: [
            """
            global_defs { router_id pi1 script_user root enable_script_security }
            include "other/*.conf"
            vrrp_script a { script "killall -0 x" interval 0.5 weight -3 rise 2 fall 3 user nobody }
            """,
            """
            vrrp_instance VI_1 {
                state MASTER
                interface eth0 ! comment
                virtual_router_id 51
                priority 100
                advert_int 1
                authentication { auth_type PASS auth_pass pass }
                virtual_ipaddress { 10.0.3.100/24 dev eth1 label eth1:1 }
                unicast_peer { 10.0.0.2 }
                track_interface { eth1 weight 3 }
                notify "x \\"y\\"" u g
            }
            """,
            """
            vrrp_sync_group G { group { V } }
            vrrp_instance V {
                version 3
                interface eth0
                virtual_router_id 4
                virtual_ipaddress { fe80::1 2001:db8::1/64 }
                virtual_routes { 10.0.0.0/8 via 10.0.3.1 }
                track_script { a weight 3 reverse }
                preempt_delay 10
            }
            vrrp_script a { script x }
            """,
            """
            virtual_server 10.0.3.100 22 {
                delay_loop 10
                lb_algo rr
                lb_kind DR
                protocol TCP
                quorum 1
                sorry_server 10.0.0.9 22
                real_server 10.0.0.8 22 { weight 1 TCP_CHECK { connect_timeout 1 } }
            }
            vrrp_instance V { interface eth0 virtual_router_id 4 virtual_ipaddress { 10.0.3.100 } }
            """,
            """
            virtual_server_group web {
                10.0.3.100-102 80
                fwmark 0x7
            }
            virtual_server group web {
                lb_algo rr
                protocol TCP
                persistence_timeout 60
                persistence_granularity 255.255.255.0
                real_server 10.0.0.8 80 { weight 1 }
            }
            virtual_server fwmark 9 { lb_algo sh ip_family inet6 real_server fd00::8 0 { weight 1 } }
            """,
        ],
        salt: "{}\"#!\\\n /.:0-9aF"
    ) { text throws(Violation) in
        let configuration: Configuration
        do throws(ConfigurationErrors) {
            let other = Array("vrrp_script b { script y }".utf8)
            let access = FileAccess(read: { _ in other }, glob: { [$0, $0 + "x"] })
            configuration = try Configuration(parsing: text, file: "m.conf", files: access)
        } catch {
            let hasPlaces = error.errors.allSatisfy { $0.location.line > 0 && $0.location.column > 0 }
            guard hasPlaces, !error.errors.isEmpty else {
                throw Violation(description: "no place in «\(error)»")
            }
            return false
        }
        let once = configuration.rendered()
        guard try again(once) == once else {
            throw Violation(description: "rendered differently again: «\(once)»")
        }
        return true
    }

    /// What was rendered, read and rendered.
    private static func again(_ rendered: String) throws(Violation) -> String {
        do {
            return try Configuration(parsing: rendered, file: "rendered.conf").rendered()
        } catch {
            throw Violation(description: "«\(error)» in what was rendered, «\(rendered)»,")
        }
    }

    // MARK: Answers to checks

    /// Whole, and in pieces of another size each time: the judgement is the same.
    private static let answers = Trial(
        "HTTP answers",
        seeds: [
            Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello".utf8),
            Array("HTTP/1.0 301 Moved\nLocation: /\n\n".utf8),
        ],
        salt: "\r\n :/HTP.1205\0"
    ) {
        var size = 0
        return { answer throws(Violation) in
            size = size % mostBytesAtOnce + 1
            for wanted in expectations {
                let failure = judge(answer, wanted, pieces: answer.count)
                guard judge(answer, wanted, pieces: size) == failure else {
                    throw Violation(description: "judged otherwise in pieces of \(size) bytes")
                }
                if failure == nil { return true }
            }
            return false
        }
    }

    private static let mostBytesAtOnce = 50

    /// The digest of "hello", as `md5sum` shows it.
    private static let expectations = [
        HTTPResponse.Expectation(
            statusCodes: [200...299],
            digest: Array("5d41402abc4b2a76b9719d911017c592".utf8)
        ),
        HTTPResponse.Expectation(statusCodes: [200...299, 301...301]),
    ]

    private static func judge(
        _ answer: [UInt8],
        _ wanted: HTTPResponse.Expectation,
        pieces: Int
    ) -> HTTPResponse.Failure? {
        var response = HTTPResponse(wanted: wanted)
        var rest = answer[...]
        while !rest.isEmpty {
            if let failure = response.receive(rest.prefix(pieces)) { return failure }
            rest = rest.dropFirst(pieces)
        }
        return response.end()
    }
}
