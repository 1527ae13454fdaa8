/// Plain scalars as YAML 1.1 reads them, which is what Ansible does: `yes` is a Bool, `0644` an octal number,
/// `1:30` ninety.
enum YAMLScalar {
    static func value(plain text: String) -> Value {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .bool(true)
        case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first, first.isDigit || "+-.".utf8.contains(first) else {
            return .string(text)
        }
        // Most numbers are plain ones.
        if first != UInt8(ascii: "0"), text.utf8.allSatisfy(\.isDigit), let integer = Int(text) {
            return .int(integer)
        }
        return number(text) ?? .string(YAMLTimestamp.normalized(text) ?? text)
    }

    private static func number(_ text: String) -> Value? {
        var digits = text.filter { $0 != "_" }[...]
        var sign = 1
        if let first = digits.first, first == "-" || first == "+" {
            sign = first == "-" ? -1 : 1
            digits = digits.dropFirst()
        }
        switch digits {
        case ".inf", ".Inf", ".INF": return .double(Double(sign) * .infinity)
        case ".nan", ".NaN", ".NAN": return text == String(digits) ? .double(.nan) : nil
        default: break
        }
        guard let first = digits.first, first.isASCII, first.isNumber || first == ".",
            text.first(where: { $0 != "-" && $0 != "+" }) != "_"
        else { return nil }
        if digits.contains(":") { return sexagesimal(digits).map { .int(sign * $0) } }
        if digits.contains(".") { return float(digits).map { .double(Double(sign) * $0) } }
        guard let magnitude = integer(digits) else { return nil }
        return .int(sign * magnitude)
    }

    private static func integer(_ digits: Substring) -> Int? {
        if digits.hasPrefix("0x") { return unsigned(digits.dropFirst(2), radix: 16) }
        if digits.hasPrefix("0b") { return unsigned(digits.dropFirst(2), radix: 2) }
        if digits.count > 1, digits.first == "0" { return unsigned(digits.dropFirst(), radix: 8) }
        return unsigned(digits, radix: 10)
    }

    private static func unsigned(_ digits: Substring, radix: Int) -> Int? {
        guard let first = digits.utf8.first, first.isLetterOrDigit else { return nil }
        return Int(digits, radix: radix)
    }

    /// A point is needed, and an exponent needs its sign.
    private static func float(_ digits: Substring) -> Double? {
        let parts = digits.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        guard parts.count <= 2 else { return nil }
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard mantissa.count == 2, mantissa.allSatisfy({ $0.utf8.allSatisfy(\.isDigit) }), parts[0] != "."
        else { return nil }
        if parts.count == 2 {
            guard let sign = parts[1].first, sign == "+" || sign == "-", parts[1].count > 1,
                parts[1].dropFirst().utf8.allSatisfy(\.isDigit)
            else { return nil }
        }
        return Double("0" + digits.replacing(".", with: parts[0].hasSuffix(".") ? ".0" : "."))
    }

    private static func sexagesimal(_ digits: Substring) -> Int? {
        let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
        guard let first = parts.first, first.first != "0",
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isDigit) }),
            parts.dropFirst().allSatisfy({ $0.count <= 2 && (Int($0) ?? 60) < 60 })
        else { return nil }
        var sum = 0
        for part in parts {
            guard let number = Int(part),
                case let (scaled, overflow) = sum.multipliedReportingOverflow(by: 60),
                !overflow, case let (next, tooMuch) = scaled.addingReportingOverflow(number), !tooMuch
            else { return nil }
            sum = next
        }
        return sum
    }
}
