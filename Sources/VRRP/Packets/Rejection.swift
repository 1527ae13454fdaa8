/// Why a received packet was not acted on. RFC 3768 §7.1, RFC 9568 §7.1.
public enum Rejection: UInt8, Error, CaseIterable, Hashable, Sendable {
    case notVRRP
    case truncated
    case hopLimit
    case version
    case type
    case checksum
    case noAddresses
    case zeroInterval
    case multicast
    case unicast
    case unknownPeer
    case peerHopLimit
    case unknownVirtualRouter
    case authenticationType
    case authenticationData
    case interval
    case ownAddress
    case ownerConflict

    public var description: String {
        switch self {
        case .notVRRP: "not a VRRP packet"
        case .truncated: "packet cut short"
        case .hopLimit: "TTL or hop limit is not 255, so it came through a router"
        case .version: "another VRRP version"
        case .type: "not an advertisement"
        case .checksum: "wrong checksum"
        case .noAddresses: "lists no address"
        case .zeroInterval: "advertisement interval of 0"
        case .multicast: "multicast, and this virtual router uses unicast"
        case .unicast: "unicast, and this virtual router uses multicast"
        case .unknownPeer: "not from a unicast_peer"
        case .peerHopLimit: "TTL or hop limit outside of min_ttl and max_ttl"
        case .unknownVirtualRouter: "virtual_router_id of nobody here"
        case .authenticationType: "another auth_type"
        case .authenticationData: "another auth_pass"
        case .interval: "another advert_int"
        case .ownAddress: "our own address as sender: is it in use twice?"
        case .ownerConflict: "two routers claim to own the address (priority 255)"
        }
    }
}

/// How many packets were rejected, by cause. They saturate.
public struct RejectionCounters: Hashable, Sendable {
    private var counts = [UInt64](repeating: 0, count: Rejection.allCases.count)

    public init() {}

    public subscript(cause: Rejection) -> UInt64 { counts[Int(cause.rawValue)] }

    /// - Returns: the new count.
    @discardableResult
    public mutating func count(_ cause: Rejection) -> UInt64 {
        let index = Int(cause.rawValue)
        if counts[index] < .max { counts[index] += 1 }
        return counts[index]
    }
}
