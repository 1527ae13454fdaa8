import Synchronization

/// Asks a run to stop: the steps that run are finished and seen, nothing new is started, and the recap says what was
/// not done. To end what runs as well, cancel the task that the run runs in.
public final class Interruption: Sendable {
    private struct State {
        var isRequested = false
        /// Of those that sleep, by their numbers.
        var sleepers: [Int: Signal] = [:]
        var asked = 0
    }

    private let state = Mutex(State())

    public init() {}

    public var isRequested: Bool { state.withLock { $0.isRequested } }

    /// Whether nothing new is to start in the task that asks: requested, or the task was cancelled.
    var isStopping: Bool { Task.isCancelled || isRequested }

    /// May be called at any time, from any thread, more than once.
    public func request() {
        let sleepers = state.withLock { state in
            state.isRequested = true
            return state.sleepers.values
        }
        for signal in sleepers { signal.fire() }
    }

    /// Sleeps, and no longer than until the run is to stop.
    ///
    /// - Throws: `CancellationError`.
    func sleep(for duration: Duration) async throws {
        let signal = Signal()
        let number = state.withLock { state in
            if state.isRequested { signal.fire() }
            state.asked += 1
            state.sleepers[state.asked] = signal
            return state.asked
        }
        defer { state.withLock { $0.sleepers[number] = nil } }
        do {
            try await Deadline(after: duration).run { try await signal.wait() }
        } catch is DeadlineExceeded {}
    }
}
