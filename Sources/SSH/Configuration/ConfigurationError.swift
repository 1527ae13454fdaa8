/// What is wrong with a client configuration, and where.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// `file:line:column`, `file:line`, or another place that set the option.
    public let location: String
    public let text: String

    public var description: String { "\(location): \(text)" }
}
