/// What is wrong with an inventory: every problem that was found, in the order of the file.
public struct InventoryError: Error, Sendable, Hashable, CustomStringConvertible {
    public struct Problem: Sendable, Hashable, CustomStringConvertible {
        /// Absent where the file as a whole is meant; the message names it then.
        public var location: SourceLocation?
        public var message: String

        public init(_ message: String, at location: SourceLocation? = nil) {
            self.location = location
            self.message = message
        }

        public var description: String {
            guard let location else { return message }
            return "\(location): \(message)"
        }
    }

    public var problems: [Problem]

    public init(_ problems: [Problem]) {
        self.problems = problems
    }

    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
