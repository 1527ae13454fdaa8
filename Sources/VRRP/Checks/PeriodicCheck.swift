/// When a check program runs, when it has taken too long, and what its results amount to: a value, as the
/// virtual router is one. It runs no program itself.
public struct PeriodicCheck: Sendable {
    public struct Settings: Hashable, Sendable {
        /// From start to start. Default 1 s.
        public var interval: Duration
        /// After which a run is ended, and has failed. Default: the interval.
        public var timeout: Duration
        /// Consecutive successes that a failed check needs to pass. Default 1.
        public var rise: Int
        /// Consecutive failures that a passing check needs to fail. Default 1.
        public var fall: Int
        /// From a failure that is not enough yet to the next start. Default: the interval goes on.
        public var retryDelay: Duration?
        /// Whether it counts as failed before its first run. Default false: as unknown.
        public var initiallyFails: Bool

        public init(
            interval: Duration = .seconds(1),
            timeout: Duration? = nil,
            rise: Int = 1,
            fall: Int = 1,
            retryDelay: Duration? = nil,
            initiallyFails: Bool = false
        ) {
            self.interval = interval
            self.timeout = timeout ?? interval
            self.rise = rise
            self.fall = fall
            self.retryDelay = retryDelay
            self.initiallyFails = initiallyFails
        }
    }

    public enum Event: Hashable, Sendable {
        case start
        /// The program ended; whether it succeeded.
        case ended(succeeded: Bool)
        /// The program could not be started at all.
        case notStarted
        case timer
    }

    public enum Action: Hashable, Sendable {
        case run
        /// Ask the program and its children to end.
        case terminate
        /// End them.
        case kill
        /// The check's state changed.
        case report(passes: Bool)
    }

    /// How long a program that was asked to end may take before it is ended.
    public static let grace = Duration.seconds(2)

    public let settings: Settings
    /// nil before the first result.
    public private(set) var passes: Bool?
    /// Runs that were left out because the one before was not over.
    public private(set) var skipped: UInt64 = 0

    private enum Run: Sendable {
        case none
        case running(until: Instant)
        case terminating(until: Instant)
        case killed
    }

    private var run = Run.none
    private var nextRun: Instant?
    /// Results in a row that contradict `passes`.
    private var contradictions = 0
    private var queue: [Action] = []

    public init(_ settings: Settings) {
        self.settings = settings
    }

    public var deadline: Instant? {
        switch run {
        case .none, .killed: nextRun
        case .running(let until), .terminating(let until): earliest(nextRun, until)
        }
    }

    public mutating func nextAction() -> Action? {
        queue.isEmpty ? nil : queue.removeFirst()
    }

    public mutating func handle(_ event: Event, at now: Instant) {
        switch event {
        case .start:
            guard nextRun == nil else { return }
            if settings.initiallyFails { decide(passes: false) }
            nextRun = now
            startIfDue(at: now)
        case .ended(let succeeded):
            // A run that was ended for taking too long has failed already, whatever it says now.
            if case .running = run { judge(succeeded: succeeded, at: now) }
            run = .none
        case .notStarted:
            run = .none
            judge(succeeded: false, at: now)
        case .timer:
            endIfOverdue(at: now)
            startIfDue(at: now)
        }
    }

    private mutating func startIfDue(at now: Instant) {
        guard let due = nextRun, now >= due else { return }
        let following = due + settings.interval
        nextRun = following > now ? following : now + settings.interval
        if case .none = run {
            run = .running(until: now + settings.timeout)
            queue.append(.run)
        } else {
            skipped += 1
        }
    }

    private mutating func endIfOverdue(at now: Instant) {
        switch run {
        case .running(let until) where now >= until:
            queue.append(.terminate)
            run = .terminating(until: now + PeriodicCheck.grace)
            judge(succeeded: false, at: now)
        case .terminating(let until) where now >= until:
            queue.append(.kill)
            run = .killed
        default:
            return
        }
    }

    /// The first result decides alone; later ones need `rise` or `fall` in a row.
    private mutating func judge(succeeded: Bool, at now: Instant) {
        guard let passes else { return decide(passes: succeeded) }
        guard succeeded != passes else {
            contradictions = 0
            return
        }
        contradictions += 1
        if contradictions >= (succeeded ? settings.rise : settings.fall) {
            decide(passes: succeeded)
        } else if !succeeded, let delay = settings.retryDelay {
            nextRun = now + delay
        }
    }

    private mutating func decide(passes new: Bool) {
        contradictions = 0
        passes = new
        queue.append(.report(passes: new))
    }
}
