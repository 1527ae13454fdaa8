/// Variables that are missing or of the wrong type: every problem that was found, not only the first.
public struct VariableError: Error, Sendable, Hashable, CustomStringConvertible {
    public struct Problem: Sendable, Hashable, CustomStringConvertible {
        public enum Reason: Sendable, Hashable {
            /// No such variable; `suggestions` are names that do exist and look alike.
            case missing(wanted: String, suggestions: [String])
            /// The value is not what was asked for.
            case mistyped(wanted: String, found: String)
            /// The type's own check refused the value.
            case refused(message: String, found: String)
        }

        public var host: String
        /// The variable's name; for a value inside it the path, such as `ports[2]` or `tls.key`.
        public var variable: String
        /// Where the variable was set; for a missing one, where the host was first named.
        public var location: SourceLocation
        public var reason: Reason

        public var description: String {
            let place = "\(location): host \(host): variable '\(variable)'"
            switch reason {
            case .missing(let wanted, let suggestions):
                return "\(place) is not set (wanted \(wanted))\(didYouMean(suggestions))"
            case .mistyped(let wanted, let found):
                return "\(place): wanted \(wanted), found \(found)"
            case .refused(let message, let found):
                return "\(place): \(message), found \(found)"
            }
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
