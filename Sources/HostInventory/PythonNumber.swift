/// Python's numbers: `101`, `0x1f`, `0o17`, `0b1`, `1_000`, `1.5`, `.5`, `1e3`; not `007`, nor what
/// exceeds 64 bits.
enum PythonNumber {
    static func parse(_ bytes: ArraySlice<UInt8>, negative: Bool) -> Value? {
        guard let first = bytes.first, let digits = withoutUnderscores(bytes) else { return nil }
        if first == UInt8(ascii: "0"), digits.count > 1 {
            if let radix = radix(of: digits[1]) {
                let text = String(decoding: digits[2...], as: UTF8.self)
                guard digits.count > 2, digits[2].isLetterOrDigit else { return nil }
                return Int((negative ? "-" : "") + text, radix: radix).map(Value.int)
            }
            let isAllZeros = digits.allSatisfy { $0 == first }
            if digits.allSatisfy(\.isDigit), !isAllZeros { return nil }
        }
        let text = (negative ? "-" : "") + String(decoding: digits, as: UTF8.self)
        if digits.allSatisfy(\.isDigit) { return Int(text).map(Value.int) }
        return isFloat(digits) ? Double(text).flatMap { $0.isFinite ? .double($0) : nil } : nil
    }

    private static func radix(of byte: UInt8) -> Int? {
        switch byte | 0x20 {
        case UInt8(ascii: "x"): 16
        case UInt8(ascii: "o"): 8
        case UInt8(ascii: "b"): 2
        default: nil
        }
    }

    /// An underscore is only allowed between two digits.
    private static func withoutUnderscores(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var digits: [UInt8] = []
        digits.reserveCapacity(bytes.count)
        for index in bytes.indices {
            guard bytes[index] == UInt8(ascii: "_") else {
                digits.append(bytes[index])
                continue
            }
            guard index > bytes.startIndex, index + 1 < bytes.endIndex, bytes[index - 1].isLetterOrDigit,
                bytes[index + 1].isLetterOrDigit
            else { return nil }
        }
        return digits
    }

    /// Digits with a point or an exponent or both, and at least one digit before the exponent.
    private static func isFloat(_ bytes: [UInt8]) -> Bool {
        var index = 0
        func digits() -> Int {
            let start = index
            while index < bytes.count, bytes[index].isDigit { index += 1 }
            return index - start
        }
        var count = digits()
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            count += digits()
        }
        guard count > 0 else { return false }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
                index += 1
            }
            guard digits() > 0 else { return false }
        }
        return index == bytes.count
    }
}

/// Python's quoted strings, with one or three quotes.
enum PythonString {
    /// The content, and the index after the closing quote; nil where it is malformed.
    static func scan(_ bytes: ArraySlice<UInt8>, from start: Int, raw: Bool) -> (String, end: Int)? {
        let quote = bytes[start]
        let isTriple = start + 2 < bytes.endIndex && bytes[start + 1] == quote && bytes[start + 2] == quote
        var index = start + (isTriple ? 3 : 1)
        var content: [UInt8] = []
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == quote {
                guard isTriple else { return (String(decoding: content, as: UTF8.self), index + 1) }
                if index + 2 < bytes.endIndex, bytes[index + 1] == quote, bytes[index + 2] == quote {
                    return (String(decoding: content, as: UTF8.self), index + 3)
                }
            }
            guard byte == UInt8(ascii: "\\"), index + 1 < bytes.endIndex else {
                content.append(byte)
                index += 1
                continue
            }
            if raw {
                content += [byte, bytes[index + 1]]
                index += 2
            } else {
                guard let next = escape(bytes, at: index + 1, into: &content) else { return nil }
                index = next
            }
        }
        return nil
    }

    /// Appends what the escape after a backslash means; an unknown one stays as it is.
    private static func escape(_ bytes: ArraySlice<UInt8>, at index: Int, into content: inout [UInt8]) -> Int?
    {
        switch bytes[index] {
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): content.append(bytes[index])
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "a"): content.append(0x07)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "v"): content.append(0x0B)
        case UInt8(ascii: "x"): return scalar(bytes, at: index + 1, digits: 2, into: &content)
        case UInt8(ascii: "u"): return scalar(bytes, at: index + 1, digits: 4, into: &content)
        case UInt8(ascii: "U"): return scalar(bytes, at: index + 1, digits: 8, into: &content)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            var end = index
            var code: UInt32 = 0
            while end < bytes.endIndex, end < index + 3, bytes[end] & 0xF8 == 0x30 {
                code = code * 8 + UInt32(bytes[end] - 0x30)
                end += 1
            }
            return append(code, to: &content) ? end : nil
        default: content += [UInt8(ascii: "\\"), bytes[index]]
        }
        return index + 1
    }

    private static func scalar(
        _ bytes: ArraySlice<UInt8>,
        at index: Int,
        digits: Int,
        into content: inout [UInt8]
    ) -> Int? {
        guard index + digits <= bytes.endIndex, bytes[index..<index + digits].allSatisfy(\.isLetterOrDigit),
            let code = UInt32(String(decoding: bytes[index..<index + digits], as: UTF8.self), radix: 16)
        else { return nil }
        return append(code, to: &content) ? index + digits : nil
    }

    private static func append(_ code: UInt32, to content: inout [UInt8]) -> Bool {
        guard let scalar = Unicode.Scalar(code) else { return false }
        content += Array(Character(scalar).utf8)
        return true
    }
}
