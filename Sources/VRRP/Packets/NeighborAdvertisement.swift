/// The announcement that makes the neighbours send an IPv6 address's traffic here: unsolicited, to all nodes, from
/// the virtual address itself. RFC 4861 §7.2.6, RFC 9568 §6.4.1.
public enum NeighborAdvertisement {
    private static let allNodes = IPAddress.v6(IPv6Address(high: 0xff02_0000_0000_0000, low: 1))
    private static let icmpv6: UInt8 = 58

    /// A whole Ethernet frame, with the override flag.
    ///
    /// - Parameter isRouter: whether this machine forwards. RFC 9568 always sets the flag; on a machine that does not
    ///   forward, that would make the neighbours' default routes point to it.
    public static func frame(
        for address: IPv6Address,
        from hardwareAddress: [UInt8],
        isRouter: Bool
    ) -> [UInt8] {
        let source = IPAddress.v6(address)
        // Type 136, flags router and override, then the option "target link-layer address" of 8 bytes.
        var message: [UInt8] = [136, 0, 0, 0, isRouter ? 0xa0 : 0x20, 0, 0, 0]
        message += source.bytes + [2, 1] + hardwareAddress
        var checksum = Checksum()
        checksum.add(
            pseudoHeaderBytes(
                source: source,
                destination: allNodes,
                nextHeader: icmpv6,
                length: message.count
            )
        )
        checksum.add(message)
        message[2] = UInt8(checksum.value >> 8)
        message[3] = UInt8(checksum.value & 0xff)

        let ethernet = [0x33, 0x33, 0, 0, 0, 1] + hardwareAddress + [0x86, 0xdd]
        let length = bigEndianBytes(UInt64(message.count), count: 2)
        let header = [0x60, 0, 0, 0] + length + [icmpv6, Datagram.requiredHopLimit]
        return ethernet + header + source.bytes + allNodes.bytes + message
    }
}
