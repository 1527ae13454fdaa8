/// The value of a variable, as an inventory can express it.
public enum Value: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case list([Value])
    case dictionary([String: Value])
}

extension Value {
    /// All texts and numbers in it.
    var texts: [String] {
        switch self {
        case .null, .bool: []
        case .int, .double, .string: [plainText]
        case .list(let values): values.flatMap(\.texts)
        case .dictionary(let values): values.values.flatMap(\.texts)
        }
    }

    /// Texts and numbers whose keys name secrets.
    var namedSecrets: [Secret] {
        switch self {
        case .null, .bool, .int, .double, .string: []
        case .list(let values): values.flatMap(\.namedSecrets)
        case .dictionary(let values):
            values.flatMap { key, value in
                Variable.isSensitive(key) ? value.texts.map { Secret($0) } : value.namedSecrets
            }
        }
    }

    /// The same with a placeholder at keys that name secrets.
    public var withoutNamedSecrets: Value {
        switch self {
        case .null, .bool, .int, .double, .string: self
        case .list(let values): .list(values.map(\.withoutNamedSecrets))
        case .dictionary(let values):
            .dictionary(
                Dictionary(
                    uniqueKeysWithValues: values.map { key, value in
                        (
                            key,
                            Variable.isSensitive(key)
                                ? .string(Secret.placeholder) : value.withoutNamedSecrets
                        )
                    }
                )
            )
        }
    }
}

/// As a person would write it in YAML's flow style; keys are sorted, keys that name secrets are hidden.
extension Value: CustomStringConvertible {
    public var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let value): Self.quoted(value)
        case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        case .dictionary(let values):
            "{"
                + values.sorted { $0.key < $1.key }
                .map {
                    "\($0.key): \(Variable.isSensitive($0.key) ? Secret.placeholder : $0.value.description)"
                }
                .joined(separator: ", ") + "}"
        }
    }
}

extension Value: Codable {
    public init(from decoder: any Decoder) throws {
        if let list = try? [Value](from: decoder) {
            self = .list(list)
        } else if let dictionary = try? [String: Value](from: decoder) {
            self = .dictionary(dictionary)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Int.self) {
                self = .int(value)
            } else if let value = try? container.decode(Double.self) {
                self = .double(value)
            } else {
                self = .string(try container.decode(String.self))
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .dictionary(let values): try container.encode(values)
        }
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(arrayLiteral elements: Value...) { self = .list(elements) }
    public init(nilLiteral: ()) { self = .null }
    public init(dictionaryLiteral elements: (String, Value)...) {
        self = .dictionary(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}
