/// A text that must never be seen: it has no description, no encoding and no reflection that shows it.
///
/// A text that is made with a secret is a secret itself: `"password=\(token)\n" as Secret`. In a `String` it shows as
/// «hidden», and the compiler warns. Whoever needs the text itself asks for `revealed`, so that a search for that word
/// finds every such place.
public struct Secret: Sendable, Hashable {
    public let revealed: String

    public init(_ text: String) { revealed = text }

    /// What stands in place of a secret wherever something is shown.
    public static let placeholder = "«hidden»"
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { Self.placeholder }
    public var debugDescription: String { Self.placeholder }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Decodable {
    public init(from decoder: any Decoder) throws {
        revealed = try decoder.singleValueContainer().decode(String.self)
    }
}

extension Secret: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { revealed = text }

    public init(stringInterpolation: StringInterpolation) { revealed = stringInterpolation.text }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        public init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        public mutating func appendLiteral(_ literal: String) { text += literal }

        public mutating func appendInterpolation(_ secret: Secret) { text += secret.revealed }

        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            text += value.description
        }
    }
}

extension DefaultStringInterpolation {
    @available(
        *,
        deprecated,
        message: "shows as «hidden»; a text with a Secret in it must be a Secret itself"
    )
    public mutating func appendInterpolation(_ secret: Secret) { appendLiteral(Secret.placeholder) }

    @available(
        *,
        deprecated,
        message: "shows as «hidden»; a text with a Secret in it must be a Secret itself"
    )
    public mutating func appendInterpolation(_ secret: Secret?) {
        appendLiteral(secret == nil ? "nil" : Secret.placeholder)
    }
}
