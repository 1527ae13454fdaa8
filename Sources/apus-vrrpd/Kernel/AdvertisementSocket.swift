import CLinux
import VRRP

/// Sends and receives advertisements on one interface, for all virtual routers there.
struct AdvertisementSocket {
    let index: Int32
    let descriptor: Int32
    private(set) var source: IPv4Address
    /// Packets that no virtual router here could be held responsible for.
    var rejections = RejectionCounters()
    private var buffer = [UInt8](repeating: 0, count: 2048)

    init(on link: Link, source: IPv4Address) throws(SystemError) {
        index = link.index
        self.source = source
        descriptor = Int32(
            try check(
                linux_vrrp_socket(link.description, link.index),
                "open a raw socket on \(link.description)",
                remedy: "run as root, or with CAP_NET_RAW and CAP_NET_ADMIN"
            )
        )
        do throws(SystemError) {
            try use(source)
        } catch {
            close()
            throw error
        }
    }

    func close() { linux_close(descriptor) }

    /// Sends from this address from now on.
    mutating func use(_ source: IPv4Address) throws(SystemError) {
        let result = linux_vrrp_source(descriptor, index, source.rawValue)
        _ = try check(result, "send from \(source.description)")
        self.source = source
    }

    func send(_ advertisement: Advertisement) throws(SystemError) {
        let bytes = advertisement.emit(from: .v4(source), to: .v4(Datagram.multicastGroup))
        let result = bytes.withUnsafeBytes {
            linux_send_to(descriptor, Datagram.multicastGroup.rawValue, $0.baseAddress, Int64($0.count))
        }
        _ = try check(result, "send an advertisement from \(source.description)")
    }

    /// The next IP packet; nil when none is waiting.
    mutating func receive() throws(SystemError) -> [UInt8]? {
        let result = buffer.withUnsafeMutableBytes {
            linux_receive(descriptor, $0.baseAddress, Int64($0.count))
        }
        if result == -Int64(LINUX_EAGAIN) || result == -Int64(LINUX_EINTR) { return nil }
        return [UInt8](buffer.prefix(try check(result, "receive advertisements")))
    }
}
