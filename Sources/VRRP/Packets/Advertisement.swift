/// What one VRRP advertisement says: every value that can be built can be emitted and parsed again.
public struct Advertisement: Hashable, Sendable {
    public enum Version: UInt8, Hashable, Sendable {
        /// RFC 3768: IPv4, whole seconds.
        case v2 = 2
        /// RFC 5798 and RFC 9568: IPv4 and IPv6, centiseconds.
        case v3 = 3
    }

    public var version: Version
    public var virtualRouter: VirtualRouterID
    public var priority: Priority
    /// Version 2 carries whole seconds up to 255, version 3 centiseconds up to 40.95 s.
    public var interval: Duration
    /// Version 2 only.
    public var authentication: Authentication
    /// At most 255, all of one family.
    public var addresses: [IPAddress]

    public init(
        version: Version,
        virtualRouter: VirtualRouterID,
        priority: Priority,
        interval: Duration,
        authentication: Authentication = .none,
        addresses: [IPAddress]
    ) {
        self.version = version
        self.virtualRouter = virtualRouter
        self.priority = priority
        self.interval = interval
        self.authentication = authentication
        self.addresses = addresses
    }

    /// The interval as its packet field: seconds (version 2) or centiseconds (version 3), cut to what fits.
    var wireInterval: Int {
        let (seconds, attoseconds) = interval.components
        switch version {
        case .v2:
            return Int(min(max(seconds, 0), 255))
        case .v3:
            let bounded = min(max(seconds, 0), 41)
            return min(Int(bounded) * 100 + Int(attoseconds / 10_000_000_000_000_000), 0xfff)
        }
    }
}
