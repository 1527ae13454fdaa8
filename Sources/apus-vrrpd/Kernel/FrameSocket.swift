import CLinux
import VRRP

/// Sends gratuitous ARP.
struct FrameSocket {
    private let descriptor: Int32

    init() throws(SystemError) {
        descriptor = Int32(
            try check(
                linux_frame_socket(),
                "open a packet socket",
                remedy: "run as root, or with CAP_NET_RAW and CAP_NET_ADMIN"
            )
        )
    }

    /// Does nothing on an interface without Ethernet addresses.
    func announce(_ address: IPv4Address, on link: Link) throws(SystemError) {
        guard link.hardwareAddress.count == 6 else { return }
        let frame = GratuitousARP.frame(for: address, from: link.hardwareAddress)
        let result = frame.withUnsafeBytes {
            linux_send_frame(descriptor, link.index, $0.baseAddress, Int64($0.count))
        }
        _ = try check(result, "announce \(address.description) on \(link.description)")
    }
}
