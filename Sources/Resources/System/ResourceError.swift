/// What is wrong with a resource's values, found before any host is touched.
public struct ResourceError: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
