/// Why a vaulted text cannot be opened or read. Holds nothing of what it protects.
public struct VaultError: Error, Sendable, Equatable, CustomStringConvertible {
    public let text: String
    /// In the vaulted text, counted from 1.
    public let line: Int?

    public init(_ text: String, line: Int? = nil) {
        self.text = text
        self.line = line
    }

    public var description: String { line.map { "line \($0) of the vault: \(text)" } ?? text }
}
