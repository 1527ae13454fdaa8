/// What happens in a run. Reporters read this one stream; it is all they know.
public enum Event: Sendable {
    case runStarted(playbooks: [String], check: Bool)
    /// - Parameter batch: its number, from 1, and how many there are.
    case playStarted(title: String, hosts: [String], batch: (Int, of: Int))
    case connected(host: String, after: Duration)
    case unreachable(host: String, reason: String)
    /// What a host will do in this batch, in order: its tasks, then those of the handlers that may be notified. Later
    /// events name a task by its index here.
    case planned(host: String, tasks: [PlannedTask])
    case taskStarted(host: String, task: Int)
    /// The task's steps are about to run. Nothing of them is on its way before all reporters have heard of this.
    case changeBegun(host: String, task: Int)
    /// A line of output of what runs.
    case progress(host: String, task: Int, line: String)
    case taskFinished(host: String, task: Int, TaskResult)
    /// The handlers of this play that were notified on the host and have not run well yet, whenever they change.
    case handlersPending(host: String, handlers: [String])
    /// The host does nothing more in this batch.
    ///
    /// - Parameter isDone: it has done all of the play, handlers too, and nothing failed.
    case hostFinished(host: String, isDone: Bool)
    case playFinished
    /// The next batch waits for it.
    case gateStarted(String)
    /// - Parameter failure: what was seen last, where it did not open.
    case gateFinished(String, after: Duration, failure: String?)
    /// For people: what was left undone, and why.
    case notice(host: String?, String)
    case runFinished(Recap)
}

extension Event {
    /// The same with the texts of files left empty, unless they are `shown`.
    public func withoutContents(unless shown: Bool) -> Event {
        guard !shown, case .taskFinished(let host, let task, var result) = self else { return self }
        result.difference = result.difference.withoutContents
        return .taskFinished(host: host, task: task, result)
    }
}

/// How a task ended on a host.
public struct TaskResult: Sendable {
    public var outcome: Outcome
    public var duration: Duration
    public var difference: Difference
    /// Why its failure does not take the host out of the run; `nil` where it does, or where it did not fail.
    public var pardon: Pardon?
    /// Check mode, on request: what the change is made of.
    public var preview: Preview?

    public init(_ outcome: Outcome, after duration: Duration, difference: Difference = Difference()) {
        self.outcome = outcome
        self.duration = duration
        self.difference = difference
    }

    public enum Pardon: String, Sendable, Codable {
        /// A rescue of its block takes the failure up.
        case rescued
        /// The play says that it does not matter.
        case ignored
    }

    public enum Outcome: Sendable, Equatable {
        case ok
        case changed
        /// Check mode only: it cannot be told yet, and why.
        case unknown(String)
        case failed(String)
        case skipped(String)
    }
}

/// Takes events as they come, in order, from one run.
public protocol Reporter: Sendable {
    func report(_ event: Event)
}

/// The result of a run by host.
public struct Recap: Sendable {
    public struct Line: Sendable, Equatable, Codable {
        public var ok = 0
        public var changed = 0
        public var unknown = 0
        public var failed = 0
        public var skipped = 0
        /// Failures that the rescue of a block took up; they are not among `failed`.
        public var rescued = 0
        /// Failures that the play ignores; they are not among `failed`.
        public var ignored = 0
        public var unreachable: String?
        /// Tasks that the host did not come to, as far as they were known.
        public var notDone = 0

        public init() {}
    }

    /// In the order of the inventory.
    public var hosts: [(name: String, line: Line)]
    public var duration: Duration
    /// Whether the run was asked to stop before its end.
    public var wasStopped = false
    /// Whether a play stopped since one of its gates did not open.
    public var gateFailed = false
    /// Whether a tag or title that was asked for is that of no task.
    public var choseWrongly = false

    public init(hosts: [(name: String, line: Line)], duration: Duration) {
        self.hosts = hosts
        self.duration = duration
    }

    /// 130 where the run was stopped, 4 where a host was unreachable, 2 where one failed, a gate did not open or a tag or
    /// title is that of no task, else 0.
    public var exitStatus: Int32 {
        if wasStopped { return 130 }
        if hosts.contains(where: { $0.line.unreachable != nil }) { return 4 }
        return gateFailed || choseWrongly || hosts.contains { $0.line.failed > 0 } ? 2 : 0
    }
}
