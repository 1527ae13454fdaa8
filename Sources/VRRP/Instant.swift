/// A point on the monotonic clock of whoever drives the protocol.
///
/// The protocol never reads a clock: every call that depends on time is given one of these. Only differences
/// mean anything; the origin is the driver's (the agent: boot, a test: zero).
public struct Instant: Comparable, Hashable, Sendable {
    /// The time since the driver's origin, exact to an attosecond.
    public var sinceOrigin: Duration

    public init(_ sinceOrigin: Duration) {
        self.sinceOrigin = sinceOrigin
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        left.sinceOrigin < right.sinceOrigin
    }

    public static func + (left: Instant, right: Duration) -> Instant {
        Instant(left.sinceOrigin + right)
    }

    public static func - (left: Instant, right: Instant) -> Duration {
        left.sinceOrigin - right.sinceOrigin
    }
}

/// The earlier one, where either may be absent.
func earliest(_ left: Instant?, _ right: Instant?) -> Instant? {
    guard let left else { return right }
    guard let right else { return left }
    return min(left, right)
}
