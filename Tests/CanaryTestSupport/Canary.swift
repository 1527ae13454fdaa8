import Foundation
import Provisioning

/// A secret of a test, and how it would look where it leaked.
package struct Canary: Sendable {
    package let name: String
    /// Letters and digits in the middle of the text: shells, JSON and URLs leave them as they are.
    private let core: String

    package init(_ name: String) {
        self.name = name
        core = name + UUID().uuidString.filter { $0 != "-" }.prefix(12)
    }

    /// With characters that every encoding writes in a way of its own.
    package var text: String { "o'\(core) \"&/é" }

    /// What a search for it must not find: the text as it is, quoted or escaped; in hexadecimal; in base64, behind
    /// whatever else; and the digests of what the playbook makes of it, as they would be shown.
    package var needles: [String] {
        let bytes = Array(core.utf8)
        let hexadecimal = bytes.map { String($0, radix: 16) }.joined()
        let digests = [text, "\(text)\n", "password=\(text)\n", "x=\(text)\n"].map {
            String(SHA256Digest.hexadecimal(of: Array($0.utf8)).prefix(12))
        }
        return [core, hexadecimal, hexadecimal.uppercased()] + digests
            + (0..<3).map { Self.base64(bytes, after: $0) }
    }

    /// The characters that depend on `bytes` alone, where others come before and behind them.
    private static func base64(_ bytes: [UInt8], after count: Int) -> String {
        let encoded = Data([UInt8](repeating: 0, count: count) + bytes).base64EncodedString()
        let bits = (before: count * 8, all: (count + bytes.count) * 8)
        return String(encoded.prefix(bits.all / 6).dropFirst((bits.before + 5) / 6))
    }
}
