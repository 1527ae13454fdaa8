public import HostInventory
public import Provisioning

/// Runs a program.
///
/// Without a guard it runs in every run. With `creates` it is a state like any other: it runs where the path is not
/// there, and has failed when the path is not there afterwards.
public struct Command: Resource {
    public let invocation: Invocation
    /// Does not run where this path is there.
    public var creates: String?
    /// Does not run where this ends with status 0. It only looks: check mode runs it too.
    public var unless: Invocation?
    /// Runs only where this ends with status 0. It only looks: check mode runs it too.
    public var onlyIf: Invocation?
    /// After this long it is ended, and has failed; 5 minutes by default.
    public var deadline: Duration
    public var after: [ResourceID]

    /// - Parameters:
    ///   - arguments: the program and its arguments; no shell expands them.
    ///   - environment: added to the environment; values made with a `Secret` are kept out of output.
    ///   - directory: where it runs; the login directory by default.
    ///   - input: its standard input, kept out of process lists and output; none by default.
    ///   - after: what a guard's answer depends on.
    public init(
        _ arguments: [String],
        creates: String? = nil,
        unless: [String]? = nil,
        onlyIf: [String]? = nil,
        environment: [String: EnvironmentValue] = [:],
        directory: String? = nil,
        input: Secret? = nil,
        deadline: Duration = Step.defaultDeadline,
        after: [ResourceID] = []
    ) {
        func guarding(_ arguments: [String]?) -> Invocation? {
            arguments.map { Invocation($0, environment: environment, directory: directory) }
        }
        invocation = Invocation(arguments, environment: environment, directory: directory, input: input)
        self.creates = creates
        self.unless = guarding(unless)
        self.onlyIf = guarding(onlyIf)
        self.deadline = deadline
        self.after = after
    }

    /// Lines of POSIX `sh`, for what needs pipes and expansions.
    public static func shell(
        _ script: String,
        creates: String? = nil,
        unless: String? = nil,
        onlyIf: String? = nil,
        environment: [String: EnvironmentValue] = [:],
        directory: String? = nil,
        deadline: Duration = Step.defaultDeadline,
        after: [ResourceID] = []
    ) -> Command {
        func words(_ script: String) -> [String] { ["sh", "-c", script] }
        return Command(
            words(script),
            creates: creates,
            unless: unless.map(words),
            onlyIf: onlyIf.map(words),
            environment: environment,
            directory: directory,
            deadline: deadline,
            after: after
        )
    }

    public var name: String { invocation.display }
    public var isAction: Bool { creates == nil }

    public var dependencies: [ResourceID] {
        after + [creates].compactMap(\.self).map { ResourceID(File.self, $0) }
    }

    public func validate() throws {
        guard let program = invocation.arguments.first, !program.isEmpty else {
            throw ResourceError("a Command has no program")
        }
        for guarding in [unless, onlyIf].compactMap(\.self) where guarding.arguments.first?.isEmpty != false {
            throw ResourceError("Command(\(name)): unless and onlyIf need a program")
        }
        for word in invocation.arguments where word.utf8.contains(0) {
            throw ResourceError("Command(\(program)): an argument has a NUL byte")
        }
        for (variable, _) in invocation.environment {
            guard variable.wholeMatch(of: #/[A-Za-z_][A-Za-z0-9_]*/#) != nil else {
                throw ResourceError(
                    "Command(\(program)): «\(variable)» is no name of an environment variable"
                )
            }
        }
        for path in [creates, invocation.directory].compactMap(\.self) { try requireAbsolute(path) }
    }

    public struct Seen: Sendable {
        var created: FileState?
        /// Statuses; `nil` where there is no such guard.
        var unless: Int32?
        var onlyIf: Int32?
    }

    public var probe: Probe<Seen> {
        func status(_ invocation: Invocation?) -> Probe<Int32?> {
            invocation.map { Probe(CommandObservation(invocation: $0)).map { $0 } } ?? .constant(nil)
        }
        let created: Probe<FileState?> = creates.map { Probe(FileObservation(path: $0)) } ?? .constant(nil)
        return created.and(status(unless)).and(status(onlyIf)).map {
            Seen(created: $0.0, unless: $0.1, onlyIf: $1)
        }
    }

    public func plan(from seen: Seen) -> Plan {
        if let creates, seen.created?.kind == .hidden {
            return .unknown("the folder of \(creates) may not be searched")
        }
        let isThere = seen.created != nil && seen.created?.kind != .brokenLink
        if isThere || seen.unless == 0 { return .unchanged }
        if let status = seen.onlyIf, status != 0 { return .unchanged }
        var difference = Difference()
        if let creates {
            difference.note(creates, from: nil, to: "made by \(invocation.display)")
        } else {
            difference.note("command", from: nil, to: invocation.display)
        }
        return .change([.run(invocation, deadline: deadline)], difference)
    }
}
