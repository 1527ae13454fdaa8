/// Permission bits of a file, written as an octal literal: `0o640`.
public struct FileMode: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// At most `0o7777`.
    public let bits: UInt16

    public init(_ bits: UInt16) { self.bits = bits & 0o7777 }

    /// A literal such as `644`, which is decimal and was meant as octal, is a programming error and traps.
    public init(integerLiteral bits: UInt16) {
        precondition(bits <= 0o7777, "a file mode is octal and at most 0o7777: write 0o\(bits), not \(bits)")
        self.bits = bits
    }

    /// "0640".
    public var description: String {
        let octal = String(bits, radix: 8)
        return String(repeating: "0", count: max(0, 4 - octal.count)) + octal
    }
}
