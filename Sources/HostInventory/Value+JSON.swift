extension Value {
    private static let indentation = "    "

    /// JSON as `ansible-inventory` writes it: Python's `json.dumps` with sorted keys and four blanks for each level.
    public var json: String { json(behind: "\n") }

    /// - Parameter end: of a line, with the blanks that the next one begins with.
    private func json(behind end: String) -> String {
        let inner = end + Self.indentation
        switch self {
        case .null: return "null"
        case .bool(let value): return "\(value)"
        case .int(let value): return "\(value)"
        case .double(let value) where value.isNaN: return "NaN"
        case .double(let value) where value.isInfinite: return value < 0 ? "-Infinity" : "Infinity"
        case .double(let value): return "\(value)"
        case .string(let text): return Self.quoted(text)
        case .list([]): return "[]"
        case .list(let values):
            return "[" + inner + values.map { $0.json(behind: inner) }.joined(separator: "," + inner) + end
                + "]"
        case .dictionary([:]): return "{}"
        case .dictionary(let values):
            let entries = values.sorted {
                $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars)
            }
            .map { "\(Self.quoted($0)): \($1.json(behind: inner))" }
            return "{" + inner + entries.joined(separator: "," + inner) + end + "}"
        }
    }

    /// In quotes, with its control characters escaped.
    static func quoted(_ text: String) -> String {
        var quoted = "\"".unicodeScalars
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += ["\\", scalar]
            case "\n": quoted += "\\n".unicodeScalars
            case "\r": quoted += "\\r".unicodeScalars
            case "\t": quoted += "\\t".unicodeScalars
            case "\u{8}": quoted += "\\b".unicodeScalars
            case "\u{C}": quoted += "\\f".unicodeScalars
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                quoted += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars
            default: quoted.append(scalar)
            }
        }
        quoted.append("\"")
        return String(quoted)
    }
}
