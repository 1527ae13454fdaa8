import Testing
import VRRP

@Suite("Packets")
struct PacketTests {
    static let sender = IPAddress.v4(IPv4Address(10, 99, 0, 1))
    static let group = Datagram.multicastGroup(.v4)
    static let address = IPAddress.v4(IPv4Address(10, 99, 0, 100))

    /// Captured from keepalived 2.2.7: virtual router 0x33, priority 0x65.
    static let capturedCases: [(name: String, hex: String, advertisement: Advertisement)] = [
        (
            "v2 without authentication", "21336501 00016f03 0a630064 00000000 00000000",
            advertisement(priority: 0x65, addresses: [address])
        ),
        (
            "v2 with a password", "21336501 0101a05a 0a630064 70617373776f7264",
            advertisement(
                priority: 0x65,
                authentication: .password(Password(Array("password".utf8))),
                addresses: [address]
            )
        ),
        (
            "v3 with the pseudo-header", "31336501 000a7407 0a630064",
            advertisement(
                priority: 0x65,
                version: .v3,
                interval: .milliseconds(100),
                addresses: [address]
            )
        ),
    ]

    @Test("emits and parses what was captured on the wire", arguments: capturedCases.indices)
    func captured(index: Int) throws {
        let (_, hex, advertisement) = Self.capturedCases[index]
        let emitted = advertisement.emit(from: Self.sender, to: Self.group)
        #expect(emitted == bytes(hex: hex))
        #expect(try Advertisement(datagram(emitted)) == advertisement)
    }

    @Test("accepts a version 3 checksum without the pseudo-header too")
    func withoutPseudoHeader() throws {
        let wanted = Self.capturedCases[2].advertisement
        let plain = bytes(hex: "31336501 000a5efa 0a630064")
        #expect(try Advertisement(datagram(plain)) == wanted)
        #expect(wanted.emit(from: Self.sender, to: Self.group, pseudoHeader: false) == plain)
    }

    @Test("what was sent to one router alone may have crossed others")
    func unicast() throws {
        let other = IPAddress.v4(IPv4Address(10, 99, 0, 2))
        let (_, hex, wanted) = Self.capturedCases[0]
        let received = Datagram(
            source: Self.sender,
            destination: other,
            hopLimit: 61,
            payload: bytes(hex: hex)
        )
        #expect(try Advertisement(received) == wanted)
    }

    @Test("emits and parses IPv6")
    func ipv6() throws {
        let linkLocal = IPAddress.v6(IPv6Address(high: 0xfe80_0000_0000_0000, low: 1))
        let global = IPAddress.v6(IPv6Address(high: 0x2001_0db8_0000_0000, low: 2))
        let wanted = advertisement(
            priority: 0x65,
            version: .v3,
            interval: .seconds(1),
            addresses: [linkLocal, global]
        )
        let allRouters = Datagram.multicastGroup(.v6)
        let emitted = wanted.emit(from: linkLocal, to: allRouters)
        #expect(Array(emitted.prefix(6)) == bytes(hex: "313365020064"))
        #expect(emitted.count == 8 + 32)
        let received = Datagram(
            source: linkLocal,
            destination: allRouters,
            hopLimit: 255,
            payload: emitted
        )
        #expect(try Advertisement(received) == wanted)
        var turned = received
        turned.payload[12] ^= 1
        #expect(throws: Rejection.checksum) { try Advertisement(turned) }
        // The pseudo-header is no choice here, and version 2 none either.
        #expect(wanted.emit(from: linkLocal, to: allRouters, pseudoHeader: false) == emitted)
        var plain = received
        plain.payload[6...7] = [0, 0]
        plain.payload[6...7] = Self.plainChecksum(plain.payload)[...]
        #expect(throws: Rejection.checksum) { try Advertisement(plain) }
        var old = received
        old.payload[0] = 0x21
        #expect(throws: Rejection.version) { try Advertisement(old) }
    }

    /// RFC 1071 §4.1, over the message alone.
    private static func plainChecksum(_ message: [UInt8]) -> [UInt8] {
        var sum = stride(from: 0, to: message.count, by: 2).reduce(0) {
            $0 + Int(message[$1]) << 8 + Int(message[$1 + 1])
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        return [UInt8(~sum >> 8 & 0xff), UInt8(~sum & 0xff)]
    }

    @Test(
        "intervals are cut to what their field can hold, and read back",
        arguments: [
            (.v2, .seconds(255), .seconds(255)), (.v2, .seconds(300), .seconds(255)),
            (.v2, .milliseconds(1_900), .seconds(1)),
            (.v3, .milliseconds(40_950), .milliseconds(40_950)),
            (.v3, .seconds(41), .milliseconds(40_950)), (.v3, .seconds(300), .milliseconds(40_950)),
            (.v3, .milliseconds(2_569), .milliseconds(2_560)),
        ] as [(Advertisement.Version, Duration, Duration)]
    )
    func interval(version: Advertisement.Version, said: Duration, read: Duration) throws {
        let said = advertisement(priority: 100, version: version, interval: said, addresses: [Self.address])
        let emitted = said.emit(from: Self.sender, to: Self.group)
        #expect(try Advertisement(datagram(emitted)).interval == read)
    }

    @Test("the reserved bits of version 3, and bytes behind the message, mean nothing")
    func reserved() throws {
        let wanted = Self.capturedCases[2].advertisement
        // 0x5efa without the bits.
        let bits = bytes(hex: "31336501 f00a6ef9 0a630064")
        #expect(try Advertisement(datagram(bits)) == wanted)
        let longer = wanted.emit(from: Self.sender, to: Self.group) + [1, 2, 3]
        #expect(try Advertisement(datagram(longer)) == wanted)
    }

    static let rejectedCases: [(name: String, hex: String, ttl: UInt8, cause: Rejection)] = [
        ("TTL 254", "21336501 00016f03 0a630064 00000000 00000000", 254, .hopLimit),
        ("seven bytes", "21336501 00016f", 255, .truncated),
        ("no authentication data", "21336501 00016f03 0a630064", 255, .truncated),
        ("two addresses said, one there", "21336502 00016f02 0a630064 00000000 0000", 255, .truncated),
        ("version 4", "41336501 00014f03 0a630064 00000000 00000000", 255, .version),
        ("type 2", "22336501 00016e03 0a630064 00000000 00000000", 255, .type),
        ("a bit turned", "21336501 00016f03 0a630065 00000000 00000000", 255, .checksum),
        ("version 2 with the pseudo-header", "21336501 00018408 0a630064 00000000 00000000", 255, .checksum),
        ("no address", "21336500 000179cb 00000000 00000000", 255, .noAddresses),
        ("interval 0", "21336501 00006f04 0a630064 00000000 00000000", 255, .zeroInterval),
        ("virtual router 0", "21006501 00016f36 0a630064 00000000 00000000", 255, .unknownVirtualRouter),
        ("IPsec authentication", "21336501 02016d03 0a630064 00000000 00000000", 255, .authenticationType),
    ]

    @Test("rejects by cause", arguments: rejectedCases.indices)
    func rejected(index: Int) {
        let (name, hex, ttl, cause) = Self.rejectedCases[index]
        #expect(throws: cause, "\(name)") {
            try Advertisement(self.datagram(bytes(hex: hex), ttl: ttl))
        }
    }

    @Test("reads the message out of an IPv4 packet, options and trailing bytes left out")
    func ipv4() throws {
        let header = bytes(hex: "46c00020 00000000 ff700000 0a630001 e0000012 94040000")
        let packet = header + bytes(hex: "0102030405060708") + [9, 9]
        let datagram = try Datagram(packet: packet)
        #expect(datagram.source == Self.sender)
        #expect(datagram.destination == Self.group)
        #expect(datagram.hopLimit == 255)
        #expect(datagram.payload == [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test("reads the message out of an IPv6 packet, trailing bytes left out")
    func ipv6Packet() throws {
        let sender = "fe800000000000000000000000000001"
        let packet = bytes(hex: "6c000000 0004 70 ff \(sender) ff020000000000000000000000000012 01020304 09")
        let datagram = try Datagram(packet: packet)
        #expect(datagram.source == .v6(IPv6Address(high: 0xfe80 << 48, low: 1)))
        #expect(datagram.destination == Datagram.multicastGroup(.v6))
        #expect(datagram.hopLimit == 255 && datagram.payload == [1, 2, 3, 4])
        var other = packet
        other[6] = 58
        #expect(throws: Rejection.notVRRP) { try Datagram(packet: other) }
    }

    static let notPacketsCases: [(hex: String, cause: Rejection)] = [
        ("45c00014", .truncated),
        ("45c00028 00000000 ff700000 0a630001 e0000012", .truncated),
        ("44c00014 00000000 ff700000 0a630001 e0000012", .truncated),
        ("45c00014 00000000 ff060000 0a630001 e0000012", .notVRRP),
        ("65c00014 00000000 ff700000 0a630001 e0000012", .truncated),
        ("75c00014 00000000 ff700000 0a630001 e0000012", .notVRRP),
    ]

    @Test("rejects what is no IPv4 packet with VRRP", arguments: notPacketsCases.indices)
    func notPackets(index: Int) {
        #expect(throws: Self.notPacketsCases[index].cause) {
            try Datagram(packet: bytes(hex: Self.notPacketsCases[index].hex))
        }
    }

    @Test("no turned bit of a valid packet passes the checksum")
    func turnedBits() {
        for (_, hex, _) in Self.capturedCases {
            let valid = bytes(hex: hex)
            for bit in 0..<valid.count * 8 {
                var mutated = valid
                mutated[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect((try? Advertisement(datagram(mutated))) == nil, "bit \(bit) of \(hex)")
            }
        }
    }

    @Test("a password is cut or filled to eight bytes")
    func password() {
        #expect(Password(Array("password1".utf8)) == Password(Array("password".utf8)))
        #expect(Password(Array("ab".utf8)).bytes == [0x61, 0x62, 0, 0, 0, 0, 0, 0])
        #expect(Password([]).bytes == [UInt8](repeating: 0, count: 8))
    }

    @Test("a gratuitous ARP is a broadcast request from and for the virtual address")
    func gratuitousARP() {
        let frame = GratuitousARP.frame(
            for: IPv4Address(10, 99, 0, 100),
            from: [2, 0, 0, 0, 0, 1]
        )
        #expect(
            frame
                == bytes(
                    hex: """
                        ffffffffffff 020000000001 0806 0001 0800 06 04 0001
                        020000000001 0a630064 ffffffffffff 0a630064
                        """
                )
        )
    }

    @Test("a neighbour advertisement goes to all nodes, overrides, and says whether this is a router")
    func neighborAdvertisement() {
        let address = IPv6Address(high: 0x2001_0db8_0000_0000, low: 2)
        let hardware: [UInt8] = [2, 0, 0, 0, 0, 1]
        let frame = NeighborAdvertisement.frame(for: address, from: hardware, isRouter: false)
        #expect(
            frame
                == bytes(
                    hex: """
                        333300000001 020000000001 86dd 60000000 0020 3a ff
                        20010db8000000000000000000000002 ff020000000000000000000000000001
                        88 00 f928 20000000 20010db8000000000000000000000002 0201 020000000001
                        """
                )
        )
        let asRouter = NeighborAdvertisement.frame(for: address, from: hardware, isRouter: true)
        #expect(asRouter[58] == 0xa0)
    }

    static let texts: [(high: UInt64, low: UInt64, text: String)] = [
        (0, 0, "::"), (0, 1, "::1"), (0xfe80 << 48, 1, "fe80::1"), (0x2001_0db8 << 32, 0, "2001:db8::"),
        (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
        (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "2001:0:0:1::1"),
        (0x0001_0002_0003_0004, 0x0005_0006_0007_0008, "1:2:3:4:5:6:7:8"),
    ]

    @Test("addresses are ordered as unsigned numbers")
    func order() {
        let ordered: [IPAddress] = [
            .v4(IPv4Address(10, 0, 0, 2)), .v4(IPv4Address(10, 0, 1, 1)), .v4(IPv4Address(200, 0, 0, 1)),
            .v6(IPv6Address(high: 1, low: 2)), .v6(IPv6Address(high: 1, low: 1 << 63)),
            .v6(IPv6Address(high: 1 << 63, low: 0)),
        ]
        for (index, left) in ordered.enumerated() {
            for (other, right) in ordered.enumerated() { #expect((left < right) == (index < other)) }
        }
    }

    @Test("the virtual MAC address says the family and the number")
    func hardwareAddress() {
        #expect(VirtualRouterID(51)?.hardwareAddress(.v4) == [0, 0, 0x5e, 0, 1, 51])
        #expect(VirtualRouterID(51)?.hardwareAddress(.v6) == [0, 0, 0x5e, 0, 2, 51])
    }

    @Test("IPv6 addresses are written as RFC 5952 says", arguments: texts)
    func text(high: UInt64, low: UInt64, text: String) {
        #expect(IPv6Address(high: high, low: low).description == text)
    }

    private func datagram(_ payload: [UInt8], ttl: UInt8 = 255) -> Datagram {
        Datagram(source: Self.sender, destination: Self.group, hopLimit: ttl, payload: payload)
    }
}
