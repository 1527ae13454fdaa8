import Synchronization

/// Asks a run to stop: the steps that run are finished and seen, nothing new is started, and the recap says what was
/// not done. To end what runs as well, cancel the task that the run runs in.
public final class Interruption: Sendable {
    private let requested = Mutex(false)

    public init() {}

    public var isRequested: Bool { requested.withLock { $0 } }

    /// May be called at any time, from any thread, more than once.
    public func request() { requested.withLock { $0 = true } }
}
