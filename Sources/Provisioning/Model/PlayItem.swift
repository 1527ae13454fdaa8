/// What a play is written with: resources, roles, blocks, deferred tasks. Each of these modifiers gives a task.
///
/// What is said of a role or a block holds for each of its tasks, unless a task says otherwise itself.
public protocol PlayItem: Sendable {
    /// This as a task of a play.
    var asTask: Play.Task { get }
}

extension Resource {
    public var asTask: Play.Task { Play.Task(self) }
}

extension Role {
    public var asTask: Play.Task { Play.Task(self) }
}

extension PlayItem {
    public func named(_ title: String) -> Play.Task { asTask.with { $0.title = title } }

    /// Looks and acts as another user than the play's.
    public func become(_ privilege: Privilege) -> Play.Task { asTask.with { $0.privilege = privilege } }

    /// Runs `handler` at the end of the play, or where handlers are flushed, once, where this changed something.
    public func notify(_ handler: Handler) -> Play.Task { asTask.with { $0.handlers.append(handler) } }

    /// A failure is reported, and the host goes on.
    public func ignoringFailure() -> Play.Task { asTask.with { $0.ignoresFailure = true } }

    /// For `--tags` and `--skip-tags`. The tag `always` runs whatever `--tags` says, `never` only when asked for.
    public func tagged(_ tags: String...) -> Play.Task { asTask.with { $0.tags.formUnion(tags) } }

    /// Runs only where `condition` holds when its turn comes. For what is known before the run, `if` is enough.
    ///
    /// - Parameter condition: reads results of earlier tasks. Check mode says "unknown" where they are not known.
    public func when(_ condition: @escaping @Sendable (TaskResults) throws -> Bool) -> Play.Task {
        asTask.with { $0.conditions.append(condition) }
    }

    /// Does it again where it failed.
    ///
    /// - Parameters:
    ///   - times: attempts after the first, at least 0.
    ///   - delay: between two attempts; 1 s by default.
    ///   - until: what its last step must have written; where this is not so, the attempt has failed.
    public func retry(
        times: Int,
        delay: Duration = .seconds(1),
        until: (@Sendable (ShellOutput) -> Bool)? = nil
    ) -> Play.Task {
        asTask.with { $0.retry = Play.Task.Retry(times: max(0, times), delay: delay, until: until) }
    }

    /// Exports these variables to what it runs.
    public func exporting(_ environment: [String: String]) -> Play.Task {
        asTask.with { $0.environment.merge(environment) { $1 } }
    }

    /// Each of its steps must end within `deadline`, whatever the resource says of it.
    public func within(_ deadline: Duration) -> Play.Task { asTask.with { $0.deadline = deadline } }

    /// Keeps what its last step writes, for conditions and deferred tasks after it on the same host.
    public func saving<Value>(as key: ResultKey<Value>) -> Play.Task {
        asTask.with { $0.savedOutput = key.name }
    }

    /// Runs on the host that comes to it first, once in the whole play. The others wait for it, and share its result
    /// and its failure.
    public func runOnce() -> Play.Task { asTask.with { $0.runsOnce = true } }

    /// Looks and acts on `host` of the inventory instead, still once for every host of the play.
    public func delegate(to host: String) -> Play.Task { asTask.with { $0.delegate = host } }

    /// At most `hosts` at a time are at it: a license server, a load balancer.
    public func throttle(_ hosts: Int) -> Play.Task { asTask.with { $0.throttle = max(1, hosts) } }
}

/// Tasks that stand and fall together.
///
/// Where one of them fails, the rest is left out and `rescue` runs; when that does well, the host goes on as if nothing
/// had failed. `always` runs in either case, unless the connection is lost.
public struct Block: PlayItem {
    public let asTask: Play.Task

    public init(
        @TaskBuilder _ body: () throws -> [Play.Task],
        @TaskBuilder rescue: () throws -> [Play.Task],
        @TaskBuilder always: () throws -> [Play.Task]
    ) rethrows {
        asTask = Play.Task("Block", .block(body: try body(), rescue: try rescue(), always: try always()))
    }

    public init(
        @TaskBuilder _ body: () throws -> [Play.Task],
        @TaskBuilder rescue: () throws -> [Play.Task]
    ) rethrows {
        asTask = Play.Task("Block", .block(body: try body(), rescue: try rescue(), always: []))
    }

    public init(
        @TaskBuilder _ body: () throws -> [Play.Task],
        @TaskBuilder always: () throws -> [Play.Task]
    ) rethrows {
        asTask = Play.Task("Block", .block(body: try body(), rescue: [], always: try always()))
    }

    public init(@TaskBuilder _ body: () throws -> [Play.Task]) rethrows {
        asTask = Play.Task("Block", .block(body: try body(), rescue: [], always: []))
    }
}

/// A task whose resource follows from results of earlier tasks: it is computed, looked at and planned when its turn
/// comes. Check mode says "unknown" where a result is not known.
public struct Deferred: PlayItem {
    public let asTask: Play.Task

    /// - Parameters:
    ///   - title: for people; what the resource is called is not known yet.
    ///   - resource: what it throws fails the task.
    public init(_ title: String, resource: @escaping @Sendable (TaskResults) throws -> some Resource) {
        asTask = Play.Task(title, .deferred { AnyResource(try resource($0)) })
    }
}

/// Runs the handlers that were notified so far here, not only at the end of the play.
public struct FlushHandlers: PlayItem {
    public let asTask = Play.Task("Flush handlers", .flush)
    public init() {}
}
