public import HostInventory

/// A program and its arguments, as they reach `exec`: no shell ever splits or expands them.
///
/// There is no place for a `Secret` among the arguments, since everybody on a host may read those of all processes.
public struct Invocation: Sendable, Hashable, ExpressibleByArrayLiteral {
    public var arguments: [String]
    /// Added to the environment of the program; names are those of shell variables.
    public var environment: [String: EnvironmentValue]
    /// The folder it runs in; `nil` is the login directory.
    public var directory: String?
    /// Sent to its standard input, and never part of a command line; `nil` is `/dev/null`.
    public var input: Secret?

    public init(
        _ arguments: [String],
        environment: [String: EnvironmentValue] = [:],
        directory: String? = nil,
        input: Secret? = nil
    ) {
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.input = input
    }

    public init(arrayLiteral arguments: String...) {
        self.init(arguments)
    }

    /// As a line of POSIX `sh`.
    public var script: String {
        var line = arguments.shellQuoted
        if !environment.isEmpty {
            // Assignments before the command, not `env`: its arguments would show in process lists.
            line = environment.assignments.joined(separator: " ") + " " + line
        }
        if let input {
            // printf is built into sh: the input shows in no process list.
            line = "printf %s \(shellQuoted(input.revealed)) | " + line
        }
        if let directory {
            line = "cd -- \(shellQuoted(directory)) && " + line
        }
        return line
    }

    var secrets: [Secret] { environment.secrets + [input].compactMap(\.self) }

    /// For people: the command, without environment and input.
    public var display: String { arguments.shellQuoted }
}
