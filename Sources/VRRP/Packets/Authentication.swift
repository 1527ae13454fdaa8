/// How VRRPv2 adverts prove that they belong here. RFC 2338 §5.3.6; RFC 3768 §5.3.6 keeps the fields but no
/// longer the method, yet configurations in the field still use the password.
public enum Authentication: Hashable, Sendable {
    case none
    /// A password in clear text: it keeps misconfigured neighbours apart, and stops no attacker.
    case password(Password)

    /// The type field of a packet.
    var wireType: UInt8 {
        switch self {
        case .none: 0
        case .password: 1
        }
    }

    /// The authentication data, always there: eight bytes.
    var wireData: [UInt8] {
        switch self {
        case .none: [UInt8](repeating: 0, count: Password.length)
        case .password(let password): password.bytes
        }
    }
}

/// The eight bytes of a simple text password.
public struct Password: Hashable, Sendable {
    public static let length = 8

    private let value: UInt64

    /// Takes the first eight bytes; what is missing is zero.
    public init(_ bytes: some Collection<UInt8>) {
        var value: UInt64 = 0
        for byte in bytes.prefix(Password.length) { value = value << 8 | UInt64(byte) }
        self.value = value << UInt64(8 * max(0, Password.length - bytes.count))
    }

    public var bytes: [UInt8] { bigEndianBytes(value, count: Password.length) }
}
