/// A text that must never be seen: it has no description, no encoding and no reflection that shows it.
///
/// A text that is made with a secret is a secret itself: `"password=\(token)\n" as Secret`. In a `String` it shows as
/// «hidden», and the compiler warns. Whoever needs the text itself asks for `revealed`, so that a search for that word
/// finds every such place.
public struct Secret: Sendable {
    public let revealed: String
    /// The secrets that were interpolated in it, and those in them.
    public let parts: [Secret]

    public init(_ text: String) { self.init(text, madeOf: []) }

    private init(_ text: String, madeOf parts: [Secret]) {
        revealed = text
        self.parts = parts
    }

    /// What stands in place of a secret wherever something is shown.
    public static let placeholder = "«hidden»"
}

extension Secret: Hashable {
    public static func == (a: Secret, b: Secret) -> Bool { a.revealed == b.revealed }
    public func hash(into hasher: inout Hasher) { hasher.combine(revealed) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { Self.placeholder }
    public var debugDescription: String { Self.placeholder }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Decodable {
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }
}

extension Secret: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self.init(text) }

    public init(stringInterpolation: StringInterpolation) {
        self.init(stringInterpolation.text, madeOf: stringInterpolation.parts)
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var parts: [Secret] = []

        public init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        public mutating func appendLiteral(_ literal: String) { text += literal }

        public mutating func appendInterpolation(_ secret: Secret) {
            text += secret.revealed
            parts += [secret] + secret.parts
        }

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
