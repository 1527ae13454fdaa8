/// A text for people, put together by calls. `String` does the same inline, which is most of a small program.
public struct Message: ExpressibleByStringInterpolation, Sendable {
    public let text: String

    @inline(never)
    public init(_ text: String) { self.text = text }

    @inline(never)
    public init(stringLiteral text: String) { self.text = text }

    @inline(never)
    public init(stringInterpolation parts: StringInterpolation) { text = parts.text }

    @inline(never)
    public static func + (left: Message, right: Message) -> Message { Message(left.text + right.text) }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        @inline(never)
        public init(literalCapacity: Int, interpolationCount: Int) {}

        @inline(never)
        public mutating func appendLiteral(_ literal: String) { text += literal }

        @inline(never)
        public mutating func appendInterpolation(_ value: String) { text += value }

        @inline(never)
        public mutating func appendInterpolation(_ value: Int) { text += "\(value)" }

        public mutating func appendInterpolation(_ value: UInt8) { appendInterpolation(Int(value)) }

        public mutating func appendInterpolation(_ value: Address) { appendInterpolation(value.description) }
    }
}
