/// The announcement that makes the neighbours and switches send an IPv4 address's traffic here.
///
/// RFC 3768 §6.4.1 asks for a gratuitous ARP; this is a broadcast request whose sender and target are both the
/// virtual address, which every ARP cache accepts (RFC 5227 §3), with the interface's own hardware address.
public enum GratuitousARP {
    /// A whole Ethernet frame.
    public static func frame(for address: IPv4Address, from hardwareAddress: [UInt8]) -> [UInt8] {
        let broadcast = [UInt8](repeating: 0xff, count: 6)
        let protocolAddress = IPAddress.v4(address).bytes
        let ethernet = broadcast + hardwareAddress + [0x08, 0x06]
        // Ethernet, IPv4, lengths 6 and 4, request.
        let header: [UInt8] = [0, 1, 0x08, 0, 6, 4, 0, 1]
        return ethernet + header + hardwareAddress + protocolAddress + broadcast + protocolAddress
    }
}
