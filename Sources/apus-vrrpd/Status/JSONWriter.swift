import KeepalivedConfiguration

/// Writes JSON (RFC 8259) front to back.
struct JSONWriter {
    private(set) var text = ""
    private var isFirst = true

    mutating func object(_ key: String? = nil, _ content: (inout JSONWriter) -> Void) {
        nest(key, "{", "}", content)
    }

    mutating func array(_ key: String? = nil, _ content: (inout JSONWriter) -> Void) {
        nest(key, "[", "]", content)
    }

    mutating func field(_ key: String, _ value: String) {
        begin(key)
        quote(value)
    }

    mutating func field(_ key: String, _ value: Int) { literal(key, "\(value)") }
    mutating func field(_ key: String, _ value: Bool?) {
        literal(key, value.map { $0 ? "true" : "false" } ?? "null")
    }

    /// In seconds.
    mutating func field(_ key: String, _ value: Duration) { literal(key, value.decimalSeconds) }

    mutating func element(_ value: String) {
        begin(nil)
        quote(value)
    }

    @inline(never)
    private mutating func literal(_ key: String, _ value: String) {
        begin(key)
        text += value
    }

    @inline(never)
    private mutating func nest(
        _ key: String?,
        _ open: String,
        _ close: String,
        _ content: (inout JSONWriter) -> Void
    ) {
        begin(key)
        text += open
        isFirst = true
        content(&self)
        text += close
        isFirst = false
    }

    @inline(never)
    private mutating func begin(_ key: String?) {
        if !isFirst { text += "," }
        isFirst = false
        guard let key else { return }
        quote(key)
        text += ":"
    }

    @inline(never)
    private mutating func quote(_ value: String) {
        text += ("\"\(escaped(value))\"" as Message).text
    }
}

/// With backslashes before quotes and backslashes, as both JSON and Prometheus want it; control characters become
/// blanks, since names hold none that matter.
@inline(never)
func escaped(_ value: String) -> String {
    var bytes: [UInt8] = []
    for byte in value.utf8 {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
        bytes.append(byte < 0x20 ? 0x20 : byte)
    }
    return String(decoding: bytes, as: UTF8.self)
}

extension Duration {
    /// "3.609"; never negative.
    var decimalSeconds: String {
        let milliseconds = max(nanoseconds, 0) / 1_000_000
        let rest = milliseconds % 1000
        return "\(milliseconds / 1000).\(rest < 10 ? "00" : rest < 100 ? "0" : "")\(rest)"
    }
}
