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
    /// Where IPv4 adverts go. RFC 3768 §5.2.2.
    public static let multicastGroup = IPv4Address(224, 0, 0, 18)
    /// The only TTL that a receiver accepts: the sender is on this very network. RFC 3768 §5.2.3.
    public static let requiredHopLimit: UInt8 = 255

    /// Reads an IPv4 packet as a raw socket delivers it, header included.
    ///
    /// - Throws: `Rejection.notVRRP` or `.truncated`.
    public init(ipv4 packet: [UInt8]) throws(Rejection) {
        guard packet.count >= 20 else { throw .truncated }
        let headerLength = Int(packet[0] & 0x0f) * 4
        let totalLength = Int(packet[2]) << 8 | Int(packet[3])
        guard packet[0] >> 4 == 4, packet[9] == Datagram.protocolNumber else { throw .notVRRP }
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
}
