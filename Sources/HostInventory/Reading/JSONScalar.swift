/// What is no text in JSON: RFC 8259 §3 and §6, and what Python writes beyond it.
enum JSONScalar {
    /// - Returns: nil where the text is none of them.
    static func value(_ text: String) -> Value? {
        switch text {
        case "null": .null
        case "true": .bool(true)
        case "false": .bool(false)
        case "NaN": .double(.nan)
        case "Infinity": .double(.infinity)
        case "-Infinity": .double(-.infinity)
        case _ where isNumber(text): Int(text).map(Value.int) ?? Double(text).map(Value.double)
        default: nil
        }
    }

    /// Swift's own readings take more: `+1`, `01`, `0x1p3`.
    private static func isNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func take(_ choice: String) -> Bool {
            guard let first = rest.first, choice.utf8.contains(first) else { return false }
            rest.removeFirst()
            return true
        }
        func takeDigits() -> Bool {
            let all = rest
            rest = rest.drop(while: \.isDigit)
            return rest.count < all.count
        }
        _ = take("-")
        guard take("0") || takeDigits() else { return false }
        if take("."), !takeDigits() { return false }
        if take("eE") {
            _ = take("+-")
            guard takeDigits() else { return false }
        }
        return rest.isEmpty
    }
}
