import CLinux
import VRRP

/// Sends gratuitous ARP and unsolicited neighbour advertisements.
struct FrameSocket {
    private let descriptor: Int32

    init() throws(SystemError) {
        descriptor = Int32(try check(linux_frame_socket(), "open a packet socket"))
    }

    /// Does nothing on an interface without Ethernet addresses.
    ///
    /// - Parameter isRouter: whether it forwards IPv6.
    func announce(_ address: IPAddress, on link: Link, isRouter: Bool) throws(SystemError) {
        guard link.hardwareAddress.count == 6 else { return }
        let frame =
            switch address {
            case .v4(let address): GratuitousARP.frame(for: address, from: link.hardwareAddress)
            case .v6(let address):
                NeighborAdvertisement.frame(for: address, from: link.hardwareAddress, isRouter: isRouter)
            }
        let result = frame.withUnsafeBytes {
            linux_send_frame(descriptor, link.index, $0.baseAddress, Int64($0.count))
        }
        _ = try check(result, "announce \(address.description) on \(link.description)")
    }
}
