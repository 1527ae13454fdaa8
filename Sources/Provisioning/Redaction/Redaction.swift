internal import CLibCrypto
public import HostInventory

/// Takes secrets out of texts that were not made with `Secret`: what hosts write, and what errors quote.
///
/// A secret is found as it is, line by line where it has several, and as programs write it: quoted for a shell, in
/// JSON, in base64 (alone or inside of something else), in hexadecimal, percent-encoded. Cut in pieces it is not.
public struct Redaction: Sendable {
    /// In bytes. Shorter ones would be found everywhere.
    public static let shortestSecret = 4

    /// By their first byte, the longest first.
    private var forms: [UInt8: [[UInt8]]] = [:]

    public init(_ secrets: [Secret] = []) { add(secrets) }

    /// What the variables of `host` hold.
    public init(of host: Inventory.Host) { self.init(host.variables.secrets) }

    public mutating func add(_ secrets: [Secret]) {
        let new = secrets.flatMap { [$0] + $0.parts }.flatMap(Self.forms).filter {
            $0.count >= Self.shortestSecret
        }
        for (first, added) in Dictionary(grouping: new, by: { $0[0] }) {
            forms[first] = Set(added).union(forms[first] ?? []).sorted { $0.count > $1.count }
        }
    }

    public func callAsFunction(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let redacted = self(bytes)
        return redacted.count == bytes.count && redacted == bytes
            ? text : String(decoding: redacted, as: UTF8.self)
    }

    public func callAsFunction(_ bytes: [UInt8]) -> [UInt8] {
        if forms.isEmpty { return bytes }
        var redacted: [UInt8] = []
        redacted.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let rest = bytes[position...]
            if let form = forms[bytes[position]]?.first(where: { rest.starts(with: $0) }) {
                redacted += Secret.placeholder.utf8
                position += form.count
            } else {
                redacted.append(bytes[position])
                position += 1
            }
        }
        return redacted
    }

    /// The same for a text that may begin or end in the middle of a secret: a line that was cut, or is still coming.
    func fragment(_ text: String) -> String {
        var bytes = self(Array(text.utf8))
        let forms = forms.values.flatMap(\.self)
        if let cut = Self.longestCut(of: forms, matching: { bytes.starts(with: $0.suffix($1)) }) {
            bytes.replaceSubrange(..<cut, with: Secret.placeholder.utf8)
        }
        if let cut = Self.longestCut(
            of: forms,
            matching: { bytes.reversed().starts(with: $0.prefix($1).reversed()) }
        ) {
            bytes.replaceSubrange((bytes.count - cut)..., with: Secret.placeholder.utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func longestCut(of forms: [[UInt8]], matching: ([UInt8], Int) -> Bool) -> Int? {
        forms.compactMap { form in
            (shortestSecret..<max(shortestSecret, form.count)).last { matching(form, $0) }
        }.max()
    }

    private static func forms(of secret: Secret) -> [[UInt8]] {
        let text = secret.revealed.trimmed
        let texts = [text] + text.split(whereSeparator: \.isNewline).map { String($0).trimmed }
        return texts.filter { $0.utf8.count >= shortestSecret }.flatMap { text -> [[UInt8]] in
            let bytes = Array(text.utf8)
            return [
                bytes, inShell(bytes), inJSON(bytes), hexadecimal(bytes, digits: "0123456789abcdef"),
                hexadecimal(bytes, digits: "0123456789ABCDEF"), percentEncoded(bytes), base64(bytes),
                base64(bytes + [UInt8(ascii: "\n")]),
            ] + (0..<3).map { base64(bytes, after: $0) }
        }
    }

    /// Within single quotes.
    private static func inShell(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { $0 == UInt8(ascii: "'") ? Array(#"'\''"#.utf8) : [$0] }
    }

    /// Within double quotes: RFC 8259 §7.
    private static func inJSON(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): Array(#"\n"#.utf8)
            case UInt8(ascii: "\t"): Array(#"\t"#.utf8)
            default: [byte]
            }
        }
    }

    private static func hexadecimal(_ bytes: [UInt8], digits: StaticString) -> [UInt8] {
        let digits = Array("\(digits)".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// RFC 3986 §2.1.
    private static func percentEncoded(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                [byte]
            case _ where "-._~".utf8.contains(byte): [byte]
            default: [UInt8(ascii: "%")] + hexadecimal([byte], digits: "0123456789ABCDEF")
            }
        }
    }

    /// Without the padding, which may not be there.
    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        // EVP_EncodeBlock(3): four bytes for every three, and a NUL.
        var encoded = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = EVP_EncodeBlock(&encoded, bytes, Int32(bytes.count))
        return Array(encoded[..<Int(count)].prefix { $0 != UInt8(ascii: "=") })
    }

    /// What is always the same in base64 of something that holds the bytes, such as `user:password`.
    ///
    /// - Parameter offset: where in three bytes they begin.
    private static func base64(_ bytes: [UInt8], after offset: Int) -> [UInt8] {
        let encoded = base64([UInt8](repeating: 0, count: offset) + bytes)
        let (first, end) = ((offset * 8 + 5) / 6, (offset + bytes.count) * 8 / 6)
        return Array(encoded[first..<end])
    }
}
