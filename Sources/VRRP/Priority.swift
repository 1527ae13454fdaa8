/// How strongly a router claims the virtual router's addresses. RFC 3768 §5.3.4, RFC 9568 §5.2.4.
public struct Priority: RawRepresentable, Comparable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public init(_ rawValue: UInt8) {
        self.init(rawValue: rawValue)
    }

    /// 0, on the wire only: the master resigns, a backup need not wait for the full timer.
    public static let resigned = Priority(0)
    /// 100, for a backup that says nothing else.
    public static let backupDefault = Priority(100)
    /// 255: the router that really owns the addresses. Nothing lowers it.
    public static let owner = Priority(255)

    public static func < (left: Priority, right: Priority) -> Bool {
        left.rawValue < right.rawValue
    }

    /// This priority with the trackers' weights added: kept within 1…254, and 255 stays 255, since the owner
    /// of an address owns it whatever its checks say.
    public func adjusted(by weight: Int) -> Priority {
        guard self != .owner else { return self }
        return Priority(UInt8(min(max(Int(rawValue) + weight, 1), 254)))
    }
}
