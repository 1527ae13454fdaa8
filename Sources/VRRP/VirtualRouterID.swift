/// The number, 1…255, that names a virtual router on one network. RFC 3768 §5.3.3.
public struct VirtualRouterID: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    /// - Returns: nil for 0, which names no virtual router.
    public init?(rawValue: UInt8) {
        guard rawValue != 0 else { return nil }
        self.rawValue = rawValue
    }

    public init?(_ rawValue: UInt8) {
        self.init(rawValue: rawValue)
    }

    /// The Ethernet address of the virtual router, whichever router is master. RFC 9568 §7.3.
    public func hardwareAddress(_ family: IPAddress.Family) -> [UInt8] {
        [0, 0, 0x5e, 0, family == .v4 ? 1 : 2, rawValue]
    }
}
