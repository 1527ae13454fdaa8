/// A VRRP message as it arrived, with what its IP header said.
public struct Datagram: Hashable, Sendable {
    public var source: IPAddress
    public var destination: IPAddress
    /// TTL or hop limit.
    public var hopLimit: UInt8
    public var payload: [UInt8]

    public init(source: IPAddress, destination: IPAddress, hopLimit: UInt8, payload: [UInt8]) {
        self.source = source
        self.destination = destination
        self.hopLimit = hopLimit
        self.payload = payload
    }

    /// The protocol number of VRRP. RFC 3768 §5.2.4.
    public static let protocolNumber: UInt8 = 112
    /// The only TTL of a multicast that a receiver accepts: the sender is on this very network. RFC 3768 §5.2.3.
    public static let requiredHopLimit: UInt8 = 255

    /// Where adverts go: 224.0.0.18 (RFC 3768 §5.2.2) or ff02::12 (RFC 9568 §5.1.2.2).
    public static func multicastGroup(_ family: IPAddress.Family) -> IPAddress {
        switch family {
        case .v4: .v4(IPv4Address(224, 0, 0, 18))
        case .v6: .v6(IPv6Address(high: 0xff02_0000_0000_0000, low: 0x12))
        }
    }

    /// The version and the number of the virtual router that the message begins with; nothing else is checked.
    ///
    /// - Throws: `Rejection.truncated`.
    public func claim() throws(Rejection) -> (version: UInt8, virtualRouter: UInt8) {
        guard payload.count > 1 else { throw .truncated }
        return (payload[0] >> 4, payload[1])
    }

    /// Reads an IP packet, header included.
    ///
    /// - Throws: `Rejection.notVRRP` or `.truncated`.
    public init(packet: [UInt8]) throws(Rejection) {
        switch packet.first.map({ $0 >> 4 }) {
        case 4: try self.init(ipv4: packet)
        case 6: try self.init(ipv6: packet)
        case nil: throw .truncated
        default: throw .notVRRP
        }
    }

    private init(ipv4 packet: [UInt8]) throws(Rejection) {
        guard packet.count >= 20 else { throw .truncated }
        let headerLength = Int(packet[0] & 0x0f) * 4
        let totalLength = Int(packet[2]) << 8 | Int(packet[3])
        guard packet[9] == Datagram.protocolNumber else { throw .notVRRP }
        guard headerLength >= 20, totalLength >= headerLength, packet.count >= totalLength else {
            throw .truncated
        }
        self.init(
            source: .v4(IPv4Address(packet[12], packet[13], packet[14], packet[15])),
            destination: .v4(IPv4Address(packet[16], packet[17], packet[18], packet[19])),
            hopLimit: packet[8],
            payload: [UInt8](packet[headerLength..<totalLength])
        )
    }

    /// Without extension headers.
    private init(ipv6 packet: [UInt8]) throws(Rejection) {
        let headerLength = 40
        guard packet.count >= headerLength else { throw .truncated }
        let totalLength = headerLength + (Int(packet[4]) << 8 | Int(packet[5]))
        guard packet[6] == Datagram.protocolNumber else { throw .notVRRP }
        guard packet.count >= totalLength, let source = IPAddress(bytes: packet[8..<24]),
            let destination = IPAddress(bytes: packet[24..<headerLength])
        else { throw .truncated }
        self.init(
            source: source,
            destination: destination,
            hopLimit: packet[7],
            payload: [UInt8](packet[headerLength..<totalLength])
        )
    }
}
