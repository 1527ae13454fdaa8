import CLinux
import VRRP

/// Sends and receives advertisements of one address family on one interface, for all virtual routers there.
struct AdvertisementSocket {
    let index: Int32
    let family: IPAddress.Family
    let descriptor: Int32
    /// Packets that no virtual router here could be held responsible for.
    var rejections = RejectionCounters()
    private var buffer = [UInt8](repeating: 0, count: AdvertisementSocket.longestPacket)

    /// An advertisement of 255 IPv6 addresses with its headers; longer packets are none.
    private static let longestPacket = 8 + 255 * 16 + 40

    /// - Parameter hears: whether it hears multicasts.
    init(on link: Link, family: IPAddress.Family, hears: Bool) throws(SystemError) {
        index = link.index
        self.family = family
        descriptor = Int32(
            try check(
                linux_vrrp_socket(family.number, link.description, link.index, hears ? 1 : 0),
                "open a raw socket on \(link.description)"
            )
        )
    }

    func close() { linux_close(descriptor) }

    func send(_ message: [UInt8], from source: IPAddress, to destination: IPAddress) throws(SystemError) {
        let (from, to) = (source.bytes, destination.bytes)
        let result = message.withUnsafeBytes { message in
            from.withUnsafeBytes { from in
                to.withUnsafeBytes { to in
                    linux_vrrp_send(
                        descriptor,
                        family.number,
                        index,
                        from.baseAddress,
                        to.baseAddress,
                        message.baseAddress,
                        Int64(message.count)
                    )
                }
            }
        }
        _ = try check(
            result,
            "send an advertisement from \(source.description) to \(destination.description)"
        )
    }

    /// The next IP packet; nil when none is waiting.
    mutating func receive() throws(SystemError) -> [UInt8]? {
        let result = buffer.withUnsafeMutableBytes {
            linux_vrrp_receive(descriptor, family.number, $0.baseAddress, Int64($0.count))
        }
        if result == -Int64(LINUX_EAGAIN) || result == -Int64(LINUX_EINTR) { return nil }
        return [UInt8](buffer.prefix(try check(result, "receive advertisements")))
    }
}

extension IPAddress.Family {
    /// The kernel's number.
    var number: Int32 {
        switch self {
        case .v4: LINUX_AF_INET
        case .v6: LINUX_AF_INET6
        }
    }
}
