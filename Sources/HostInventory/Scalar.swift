/// A type that a single word of an inventory can give.
protocol Scalar: Decodable {
    /// The value, or nil where the text does not mean one.
    static func reading(_ value: Value, text: String) -> Self?
    /// What messages call it.
    static var wanted: String { get }
    /// Stands in for a value that could not be read, so that the keys after it are looked at too.
    static var placeholder: Self { get }
}

extension String: Scalar {
    static func reading(_ value: Value, text: String) -> String? {
        switch value {
        case .string(let string): string
        case .bool, .int, .double: text
        case .null, .list, .dictionary: nil
        }
    }
    static var wanted: String { "String" }
    static var placeholder: String { "" }
}

extension Bool: Scalar {
    static func reading(_ value: Value, text: String) -> Bool? {
        switch value {
        case .bool(let bool): return bool
        case .int(0): return false
        case .int(1): return true
        case .string(let string):
            switch string.lowercased() {
            case "true", "yes", "on", "1", "t", "y": return true
            case "false", "no", "off", "0", "f", "n": return false
            default: return nil
            }
        default: return nil
        }
    }
    static var wanted: String { "Bool (true or false, yes or no, on or off, 1 or 0)" }
    static var placeholder: Bool { false }
}

extension Scalar where Self: FixedWidthInteger {
    static func reading(_ value: Value, text: String) -> Self? {
        switch value {
        case .int(let int): Self(exactly: int)
        case .double(let double): Self(exactly: double)
        case .string(let string): Self(string)
        default: nil
        }
    }
    static var wanted: String {
        Self.self == Int.self ? "Int" : "\(Self.self) (\(Self.min)…\(Self.max))"
    }
    static var placeholder: Self { 0 }
}

extension Int: Scalar {}
extension Int8: Scalar {}
extension Int16: Scalar {}
extension Int32: Scalar {}
extension Int64: Scalar {}
extension UInt: Scalar {}
extension UInt8: Scalar {}
extension UInt16: Scalar {}
extension UInt32: Scalar {}
extension UInt64: Scalar {}

extension Double: Scalar {
    static func reading(_ value: Value, text: String) -> Double? {
        switch value {
        case .int(let int): Double(int)
        case .double(let double): double
        case .string(let string): Double(string).flatMap { $0.isFinite ? $0 : nil }
        default: nil
        }
    }
    static var wanted: String { "Double" }
    static var placeholder: Double { 0 }
}

extension Float: Scalar {
    static func reading(_ value: Value, text: String) -> Float? {
        Double.reading(value, text: text).map(Float.init)
    }
    static var wanted: String { "Float" }
    static var placeholder: Float { 0 }
}

/// A number of seconds, or a number with a unit: `500ms`, `2s`, `5m`, `1h`.
extension Duration: Scalar {
    static func reading(_ value: Value, text: String) -> Duration? {
        let number: Double?
        var unit = 1.0
        if case .string(let string) = value {
            let digits = string.prefix { $0.isNumber || $0 == "." || $0 == "-" }
            switch string.dropFirst(digits.count) {
            case "ms": unit = 0.001
            case "s", "": unit = 1
            case "m", "min": unit = 60
            case "h": unit = 3600
            default: return nil
            }
            number = Double(digits)
        } else {
            number = Double.reading(value, text: text)
        }
        // A hundred years of waiting is a mistake, and far from what a Duration can hold.
        guard let number, (number * unit).magnitude < 3.2e9 else { return nil }
        return .milliseconds((number * unit * 1000).rounded())
    }
    static var wanted: String { "Duration (seconds, or with a unit: 500ms, 2s, 5m, 1h)" }
    static var placeholder: Duration { .zero }
}

extension Value: Scalar {
    static func reading(_ value: Value, text: String) -> Value? { value }
    static var wanted: String { "any value" }
    static var placeholder: Value { .null }
}

/// What messages call a type; for an enumeration with raw values, its cases.
func wantedName<T>(of type: T.Type) -> String {
    if let scalar = type as? any Scalar.Type { return scalar.wanted }
    if let choices = type as? any CaseIterable.Type, let names = rawValues(of: choices) {
        return "one of \(names.joined(separator: ", "))"
    }
    return String(describing: type)
}

private func rawValues<C: CaseIterable>(of type: C.Type) -> [String]? {
    guard type is any RawRepresentable.Type else { return nil }
    return type.allCases.prefix(20).compactMap { choice in
        (choice as? any RawRepresentable).map { rawText($0) }
    }
}

private func rawText(_ value: some RawRepresentable) -> String { "\(value.rawValue)" }
