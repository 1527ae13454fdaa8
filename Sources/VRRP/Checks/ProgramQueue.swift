/// Programs that run one after the other, in order, each within a deadline: a value that runs none itself.
///
/// A new program never overtakes one that still runs, so that the last one to end tells the last state.
public struct ProgramQueue<Program: Sendable>: Sendable {
    public enum Action: Sendable {
        case run(Program)
        /// Ask the running program and its children to end.
        case terminate
        /// End them.
        case kill
        /// The queue was full, so its oldest program will not run.
        case dropped(Program)
    }

    /// After which a program is ended.
    public let limit: Duration
    /// Programs that may wait.
    public let capacity: Int

    private enum Run: Sendable {
        case none
        case running(until: Instant)
        case terminating(until: Instant)
        case killed
    }

    private var run = Run.none
    private var waiting: [Program] = []
    private var queue: [Action] = []

    public init(limit: Duration = .seconds(60), capacity: Int = 32) {
        self.limit = limit
        self.capacity = max(1, capacity)
    }

    public var isIdle: Bool {
        if case .none = run { waiting.isEmpty } else { false }
    }

    public var deadline: Instant? {
        switch run {
        case .none, .killed: nil
        case .running(let until), .terminating(let until): until
        }
    }

    public mutating func nextAction() -> Action? {
        queue.isEmpty ? nil : queue.removeFirst()
    }

    public mutating func add(_ program: Program, at now: Instant) {
        if waiting.count == capacity { queue.append(.dropped(waiting.removeFirst())) }
        waiting.append(program)
        startNext(at: now)
    }

    /// The running program is gone, or could not be started.
    public mutating func ended(at now: Instant) {
        run = .none
        startNext(at: now)
    }

    public mutating func timer(at now: Instant) {
        switch run {
        case .running(let until) where now >= until:
            queue.append(.terminate)
            run = .terminating(until: now + PeriodicCheck.grace)
        case .terminating(let until) where now >= until:
            queue.append(.kill)
            run = .killed
        default: return
        }
    }

    private mutating func startNext(at now: Instant) {
        guard case .none = run, !waiting.isEmpty else { return }
        run = .running(until: now + limit)
        queue.append(.run(waiting.removeFirst()))
    }
}
