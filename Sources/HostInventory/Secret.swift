/// A text that must never be seen: it has no description, no encoding and no reflection that shows it.
///
/// Whoever needs the text itself asks for `revealed`, so that a search for that word finds every such place.
public struct Secret: Sendable, Hashable, ExpressibleByStringLiteral {
    public let revealed: String

    public init(_ text: String) { revealed = text }
    public init(stringLiteral text: String) { revealed = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { hiddenText }
    public var debugDescription: String { hiddenText }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Decodable {
    public init(from decoder: any Decoder) throws {
        revealed = try decoder.singleValueContainer().decode(String.self)
    }
}
