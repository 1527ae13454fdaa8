/// Reads the literals of Python, as Ansible does with the values in an INI inventory: `101` is a number,
/// `True` a Bool, `[1, 2]` a list, `'x'` a string without its quotes. Everything else is no literal, and
/// its text stays a string.
///
/// Tuples and sets become lists, and so do bare commas (`80, 443`); a comment may follow, as in Python.
struct PythonLiteral {
    /// The literal, and its text without surrounding blanks and comments; nil where `text` is none.
    static func parse(_ text: ArraySlice<UInt8>) -> (value: Value, text: ArraySlice<UInt8>)? {
        guard let first = text.first(where: { !$0.isBlank }), canStart(first) else { return nil }
        var parser = PythonLiteral(bytes: text)
        parser.skipBlanks()
        let start = parser.position
        guard var value = parser.value() else { return nil }
        var end = parser.position
        parser.skipBlanks()
        if parser.peek == UInt8(ascii: ",") {
            guard let rest = parser.elements(after: value, until: nil) else { return nil }
            value = .list(rest)
            end = parser.position
            parser.skipBlanks()
        }
        guard parser.peek == nil || parser.peek == UInt8(ascii: "#") else { return nil }
        return (value, text[start..<end])
    }

    private static func canStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): true
        case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"): true
        case UInt8(ascii: "\""), UInt8(ascii: "'"): true
        case UInt8(ascii: "N"), UInt8(ascii: "T"), UInt8(ascii: "F"): true
        case UInt8(ascii: "u"), UInt8(ascii: "U"), UInt8(ascii: "b"), UInt8(ascii: "B"): true
        case UInt8(ascii: "r"), UInt8(ascii: "R"): true
        default: false
        }
    }

    /// Nesting beyond this is no literal; it keeps hostile input off the stack's end.
    private static let deepestNesting = 64

    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var depth = 0

    private init(bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    private var peek: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
    }

    private mutating func value() -> Value? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepestNesting, let byte = peek else { return nil }
        switch byte {
        case UInt8(ascii: "["):
            position += 1
            return elements(until: UInt8(ascii: "]")).map(Value.list)
        case UInt8(ascii: "("):
            position += 1
            return parenthesized()
        case UInt8(ascii: "{"):
            position += 1
            return braced()
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"):
            return number()
        default:
            return strings() ?? keyword()
        }
    }

    private mutating func keyword() -> Value? {
        let start = position
        while let byte = peek, byte.isLetterOrDigit || byte == UInt8(ascii: "_") { position += 1 }
        switch String(decoding: bytes[start..<position], as: UTF8.self) {
        case "None": return .null
        case "True": return .bool(true)
        case "False": return .bool(false)
        default: return nil
        }
    }

    /// `a, b, c` up to the closing bracket; a trailing comma is allowed.
    private mutating func elements(until close: UInt8?) -> [Value]? {
        skipBlanks()
        if let close, peek == close {
            position += 1
            return []
        }
        guard let first = value() else { return nil }
        return elements(after: first, until: close)
    }

    private mutating func elements(after first: Value, until close: UInt8?) -> [Value]? {
        var elements = [first]
        while true {
            skipBlanks()
            if let close, peek == close {
                position += 1
                return elements
            }
            if close == nil, peek == nil || peek == UInt8(ascii: "#") { return elements }
            guard peek == UInt8(ascii: ",") else { return nil }
            position += 1
            skipBlanks()
            if let close, peek == close {
                position += 1
                return elements
            }
            if close == nil, peek == nil || peek == UInt8(ascii: "#") { return elements }
            guard let next = value() else { return nil }
            elements.append(next)
        }
    }

    /// `()` and `(1,)` are tuples, `(1)` is 1.
    private mutating func parenthesized() -> Value? {
        let close = UInt8(ascii: ")")
        skipBlanks()
        if peek == close {
            position += 1
            return .list([])
        }
        guard let first = value() else { return nil }
        skipBlanks()
        if peek == close {
            position += 1
            return first
        }
        return elements(after: first, until: close).map(Value.list)
    }

    private mutating func braced() -> Value? {
        let close = UInt8(ascii: "}")
        var entries: [String: Value] = [:]
        skipBlanks()
        if peek == close {
            position += 1
            return .dictionary([:])
        }
        guard var key = value() else { return nil }
        skipBlanks()
        guard peek == UInt8(ascii: ":") else { return elements(after: key, until: close).map(Value.list) }
        while true {
            skipBlanks()
            guard peek == UInt8(ascii: ":") else { return nil }
            position += 1
            skipBlanks()
            guard let element = value() else { return nil }
            entries[key.plainText] = element
            skipBlanks()
            if peek == UInt8(ascii: ",") {
                position += 1
                skipBlanks()
            } else if peek != close {
                return nil
            }
            if peek == close {
                position += 1
                return .dictionary(entries)
            }
            guard let next = value() else { return nil }
            key = next
        }
    }

    /// One or more adjacent strings, which Python joins.
    private mutating func strings() -> Value? {
        guard var joined = string() else { return nil }
        while true {
            let end = position
            skipBlanks()
            guard let next = string() else {
                position = end
                return .string(joined)
            }
            joined += next
        }
    }

    private mutating func string() -> String? {
        var start = position
        var raw = false
        while start < bytes.endIndex, start - position < 2 {
            switch bytes[start] {
            case UInt8(ascii: "r"), UInt8(ascii: "R"): raw = true
            case UInt8(ascii: "u"), UInt8(ascii: "U"), UInt8(ascii: "b"), UInt8(ascii: "B"): break
            default:
                return quoted(from: start, raw: raw)
            }
            start += 1
        }
        return quoted(from: start, raw: raw)
    }

    private mutating func quoted(from start: Int, raw: Bool) -> String? {
        guard start < bytes.endIndex, bytes[start] == UInt8(ascii: "\"") || bytes[start] == UInt8(ascii: "'")
        else { return nil }
        guard let (text, end) = PythonString.scan(bytes, from: start, raw: raw) else { return nil }
        position = end
        return text
    }

    private mutating func number() -> Value? {
        let start = position
        if peek == UInt8(ascii: "-") || peek == UInt8(ascii: "+") {
            position += 1
            skipBlanks()
        }
        let digits = position
        while let byte = peek {
            let isExponentSign =
                (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")) && position > digits
                && bytes[position - 1] | 0x20 == UInt8(ascii: "e") && !isHexadecimal(from: digits)
            guard
                byte.isLetterOrDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                    || isExponentSign
            else { break }
            position += 1
        }
        return PythonNumber.parse(bytes[digits..<position], negative: bytes[start] == UInt8(ascii: "-"))
    }

    private func isHexadecimal(from start: Int) -> Bool {
        start + 1 < position && bytes[start] == UInt8(ascii: "0")
            && bytes[start + 1] | 0x20 == UInt8(ascii: "x")
    }
}

extension UInt8 {
    var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    var isBlank: Bool {
        self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r")
    }
}
