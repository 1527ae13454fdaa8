/// Digests what must be compared later and not be kept: states of hosts, scripts, contents of files.
///
/// Who has a fingerprint and not the key cannot even try whether a guess is right, however short what was digested.
public struct FingerprintKey: Sendable, CustomReflectable {
    /// In bytes: as long as the digest.
    public static let length = 32

    private let key: [UInt8]
    private let salt: String

    /// - Parameters:
    ///   - key: random bytes; kept apart from all fingerprints.
    ///   - salt: makes fingerprints of one plan say nothing of another's. No secret.
    public init(_ key: [UInt8], salt: String) {
        self.key = key
        self.salt = salt
    }

    public static func randomBytes() -> [UInt8] {
        // The system's generator, which is fit for cryptography.
        var generator = SystemRandomNumberGenerator()
        return (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// - Returns: 64 hexadecimal digits: HMAC-SHA-256 of the salt and of `value` as `canonicalText`.
    public func fingerprint(of value: Any) -> String {
        MessageCode.hexadecimal(of: Array((salt + "\n" + canonicalText(value)).utf8), key: key)
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A value as text that is the same in every process: unlike descriptions of dictionaries and sets, which are in no
/// order. Secrets are in it as little as in their descriptions; closures must not be in `value`.
func canonicalText(_ value: Any) -> String {
    if let bytes = value as? [UInt8] { return "bytes " + SHA256Digest.hexadecimal(of: bytes) }
    let mirror = Mirror(reflecting: value)
    let children = mirror.children.map { child in
        (child.label.map { $0 + ": " } ?? "") + canonicalText(child.value)
    }
    switch mirror.displayStyle {
    case .dictionary, .set: return "{" + children.sorted().joined(separator: ", ") + "}"
    case .collection: return "[" + children.joined(separator: ", ") + "]"
    case .enum where children.isEmpty: return "\(value)"
    case nil where children.isEmpty: return String(reflecting: value)
    default: return "(" + children.joined(separator: ", ") + ")"
    }
}
