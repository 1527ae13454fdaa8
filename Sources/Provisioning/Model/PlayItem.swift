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
    public func exporting(_ environment: [String: EnvironmentValue]) -> Play.Task {
        asTask.with { $0.environment.merge(environment) { $1 } }
    }

    /// Each of its steps must end within `deadline`, whatever the resource says of it.
    public func within(_ deadline: Duration) -> Play.Task { asTask.with { $0.deadline = deadline } }

    /// Keeps what its last step writes, for conditions and deferred tasks after it on the same host.
    public func saving<Value>(as key: ResultKey<Value>) -> Play.Task {
        asTask.with { $0.savedOutput = key.name }
    }

    /// Runs on the host that comes to it first, once in the whole play. The others wait for it, and share what it
    /// saved, and its failure; handlers that it notifies run on that host alone.
    ///
    /// Hosts know the task by its heading: where the resource's name differs between hosts, give it one by `named`.
    public func runOnce() -> Play.Task { asTask.with { $0.runsOnce = true } }

    /// Looks and acts on `host` of the inventory instead, still once for every host of the play.
    public func delegate(to host: String) -> Play.Task { asTask.with { $0.delegate = host } }

    /// At most `hosts` at a time are at it, whatever `--forks` says: a license server, a load balancer.
    ///
    /// All tasks that this one call is said of share the places: those of a loop, and those of a role or block.
    public func throttle(_ hosts: Int, file: String = #fileID, line: Int = #line, column: Int = #column)
        -> Play.Task
    {
        let throttle = Play.Task.Throttle(hosts: max(1, hosts), place: "\(file):\(line):\(column)")
        return asTask.with { $0.throttle = throttle }
    }
}
