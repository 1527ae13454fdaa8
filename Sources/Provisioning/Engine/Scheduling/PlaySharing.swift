import Synchronization

/// Thrown where nothing more is to begin.
struct PlayStopped: Error {}

/// What the hosts of one play share while they work.
final class PlaySharing: Sendable {
    let sessions: SessionPool
    let once = OnceBoard()
    /// For the strategy in lockstep only.
    let lockstep: Lockstep?
    private let options: RunOptions
    private let throttles = Mutex<[String: Slots]>([:])
    private let stopped = Mutex(false)
    /// One question at a time.
    private let questions = Slots(1)
    private let asksNoMore = Mutex(false)

    init(sessions: SessionPool, lockstep: Lockstep?, options: RunOptions) {
        self.sessions = sessions
        self.lockstep = lockstep
        self.options = options
    }

    /// No host begins another task, but what always runs in blocks that were begun.
    func stopAll() { stopped.withLock { $0 = true } }

    var isStopped: Bool { stopped.withLock { $0 } }

    func throttle(_ throttle: Play.Task.Throttle) -> Slots {
        throttles.withLock { throttles in
            let slots = throttles[throttle.place] ?? Slots(throttle.hosts)
            throttles[throttle.place] = slots
            return slots
        }
    }

    /// - Parameter isAlways: the task is one that runs also where a failure stopped the play.
    /// - Throws: `PlayStopped`, `CancellationError`.
    func checkStop(even isAlways: Bool) throws {
        try Task.checkCancellation()
        if options.interruption.isRequested || (isStopped && !isAlways) { throw PlayStopped() }
    }

    /// Waits until it is the task's turn among the hosts.
    ///
    /// - Throws: as `checkStop`.
    func awaitTurn(of entry: Program.Entry, on host: String, even isAlways: Bool) async throws {
        try await lockstep?.arrive(host, at: entry.sharedName)
        try checkStop(even: isAlways)
    }

    /// Asks the person, where they want to be asked.
    ///
    /// - Returns: how the task ends where they do not want it.
    /// - Throws: `PlayStopped`, `CancellationError`.
    func refusal(of task: PlannedTask, on host: String) async throws -> TaskResult? {
        guard let confirm = options.confirm else { return nil }
        try await questions.acquire()
        let answer =
            asksNoMore.withLock { $0 } || options.interruption.isRequested
            ? .run : await confirm(host, task.heading)
        switch answer {
        case .runAll: asksNoMore.withLock { $0 = true }
        case .stop: options.interruption.request()
        case .run, .skip: break
        }
        await questions.release()
        if options.interruption.isRequested { throw PlayStopped() }
        return answer == .skip ? TaskResult(.skipped("not wanted"), after: .zero) : nil
    }
}
