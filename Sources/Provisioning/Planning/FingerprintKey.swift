/// Digests what must be compared later and not be kept: states of hosts, scripts, contents of files.
///
/// The key is made for one plan and kept in its file, so that digests of one plan say nothing of another's.
public struct FingerprintKey: Sendable, Codable {
    private let key: String

    /// A new one, of 256 random bits.
    public init() {
        key = (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined(separator: "-")
    }

    /// - Returns: 64 hexadecimal digits: the SHA-256 of the key and of `value` as `canonicalText`.
    func fingerprint(of value: Any) -> String {
        SHA256Digest.hexadecimal(of: Array((key + "\n" + canonicalText(value)).utf8))
    }
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
