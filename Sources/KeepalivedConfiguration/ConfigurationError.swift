/// A place in a configuration file; lines and columns count from 1, columns in characters.
public struct Location: Sendable, Hashable, CustomStringConvertible {
    public var file: String
    public var line: Int
    public var column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// The place of values that a program made.
    public static var none: Location { Location(file: "", line: 0, column: 0) }

    public var description: String { "\(file):\(line):\(column)" }
}

/// Something that is wrong, or (as a warning) that is not what it seems.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    public var location: Location
    public var message: String
    /// What the author may have meant.
    public var suggestion: String?

    public init(_ message: String, at location: Location, suggestion: String? = nil) {
        self.location = location
        self.message = message
        self.suggestion = suggestion
    }

    public var description: String {
        var text = location.line == 0 ? message : "\(location): \(message)"
        if let suggestion { text += "; did you mean '\(suggestion)'?" }
        return text
    }
}

/// Everything that is wrong with a configuration, in the order in which it was found.
public struct ConfigurationErrors: Error, Sendable, CustomStringConvertible {
    public var errors: [ConfigurationError]
    public var warnings: [ConfigurationError]

    public init(_ errors: [ConfigurationError], warnings: [ConfigurationError] = []) {
        self.errors = errors
        self.warnings = warnings
    }

    public var description: String {
        var text = ""
        for error in errors {
            if !text.utf8.isEmpty { text += "\n" }
            text += error.description
        }
        return text
    }
}

/// Collects errors and warnings on the way.
struct Diagnostics {
    /// More than this helps nobody, and bounds what a hostile file can cost.
    static let most = 100

    var errors: [ConfigurationError] = []
    var warnings: [ConfigurationError] = []
    var isLenient = false

    /// An error that keepalived reports and goes on without: where lenient, so does this.
    mutating func tolerable(_ message: Message, at location: Location, suggestion: String? = nil) {
        guard isLenient else { return error(message, at: location, suggestion: suggestion) }
        warning("\(message.text); left out, as keepalived does", at: location)
    }

    mutating func error(_ message: Message, at location: Location, suggestion: String? = nil) {
        guard errors.count < Self.most else { return }
        errors.append(ConfigurationError(message.text, at: location, suggestion: suggestion))
    }

    mutating func warning(_ message: Message, at location: Location) {
        guard warnings.count < Self.most else { return }
        warnings.append(ConfigurationError(message.text, at: location))
    }
}
