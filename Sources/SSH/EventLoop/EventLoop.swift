import Synchronization

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// One thread that waits for sockets and timers and runs all code of the connections that live on it.
///
/// It is the serial executor of its connections. Run the tasks that use them with it as their preferred executor
/// as well (`withTaskExecutorPreference(EventLoop.shared)`): a wait then costs 2 µs instead of 20. What runs
/// here must not block. A loop lives as long as the process.
public final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    public static let shared = EventLoop(name: "ssh")

    private struct Inbox {
        var jobs: [UnownedJob] = []
        var actions: [@Sendable () -> Void] = []
        var isAwake = false
    }

    typealias Handler = (Poller.Event) -> Void

    private let inbox = Mutex(Inbox())
    private let poller = Poller()

    // Only the loop's own thread touches what follows.
    private var ready: [UnownedJob] = []
    private var batch: [UnownedJob] = []
    private var handlers: [UInt64: Handler] = [:]
    private var lastRegistration: UInt64 = 0
    private var timers = TimerQueue()
    /// A buffer for whoever reads right now.
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)

    /// Starts the loop's thread.
    public init(name: String) {
        startThread { [self] in
            pthread_setspecific(Self.currentKey, Unmanaged.passUnretained(self).toOpaque())
            run()
        }
    }

    // MARK: Executor

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            ready.append(job)
        } else {
            putIntoInbox { $0.jobs.append(job) }
        }
    }

    public func checkIsolated() {
        precondition(isCurrent, "not on the event loop's thread")
    }

    /// Whether the calling thread is this loop's.
    public var isCurrent: Bool {
        pthread_getspecific(Self.currentKey) == Unmanaged.passUnretained(self).toOpaque()
    }

    private static let currentKey: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// Runs `action` on the loop, soon.
    func post(_ action: @escaping @Sendable () -> Void) {
        putIntoInbox { $0.actions.append(action) }
    }

    private func putIntoInbox(_ change: (inout Inbox) -> Void) {
        let wasAwake = inbox.withLock { inbox in
            change(&inbox)
            defer { inbox.isAwake = true }
            return inbox.isAwake
        }
        if !wasAwake { poller.wake() }
    }

    // MARK: Descriptors and timers (on the loop's thread only)

    /// Tells `handler` each change of `descriptor` until it is unregistered.
    /// - Throws: `SystemError`.
    func register(_ descriptor: Int32, handler: @escaping Handler) throws(SystemError) -> UInt64 {
        checkIsolated()
        lastRegistration += 1
        let code = poller.add(descriptor, registration: lastRegistration)
        guard code == 0 else { throw SystemError(call: "epoll_ctl", code: code) }
        handlers[lastRegistration] = handler
        return lastRegistration
    }

    /// Must come before the descriptor is closed.
    func unregister(_ descriptor: Int32, registration: UInt64) {
        checkIsolated()
        handlers[registration] = nil
        poller.remove(descriptor)
    }

    func schedule(at deadline: ContinuousClock.Instant, _ action: @escaping () -> Void)
        -> TimerQueue.Identifier
    {
        checkIsolated()
        return timers.insert(at: deadline, action)
    }

    func cancel(_ timer: TimerQueue.Identifier) {
        checkIsolated()
        timers.cancel(timer)
    }

    // MARK: The thread

    private func run() -> Never {
        while true {
            runReadyJobs()
            let now = ContinuousClock.now
            while let action = timers.popDue(at: now) { action() }
            drainInbox()
            let milliseconds: Int32
            if !ready.isEmpty {
                milliseconds = 0
            } else if let deadline = timers.next() {
                let remaining = ContinuousClock.now.duration(to: deadline).wholeMilliseconds
                milliseconds = Int32(clamping: max(0, remaining))
            } else {
                milliseconds = -1
            }
            poller.wait(milliseconds: milliseconds) { event in
                // The handler may be gone through an earlier event of the same batch.
                handlers[event.registration]?(event)
            }
            drainInbox()
        }
    }

    private func runReadyJobs() {
        // Bounded, so that jobs that keep enqueueing jobs cannot keep the sockets waiting.
        for _ in 0..<64 where !ready.isEmpty {
            swap(&batch, &ready)
            for job in batch {
                job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(),
                    taskExecutor: asUnownedTaskExecutor()
                )
            }
            batch.removeAll(keepingCapacity: true)
        }
    }

    private func drainInbox() {
        let (jobs, actions) = inbox.withLock {
            let taken = ($0.jobs, $0.actions)
            $0.jobs.removeAll(keepingCapacity: true)
            $0.actions.removeAll(keepingCapacity: true)
            $0.isAwake = false
            return taken
        }
        ready.append(contentsOf: jobs)
        for action in actions { action() }
    }
}

extension EventLoop {
    /// Sleeps on the loop's own timers. Ends at once when the task is cancelled.
    /// - Throws: `CancellationError`.
    public func sleep(until deadline: ContinuousClock.Instant) async throws {
        let completion = Completion<Void>()
        post { [self] in _ = schedule(at: deadline) { completion.finish(.success(())) } }
        try await completion.value()
    }

    /// Sleeps for `duration`, at least.
    /// - Throws: `CancellationError`.
    public func sleep(for duration: Duration) async throws {
        try await sleep(until: .now + duration)
    }
}

/// A system call that failed.
struct SystemError: Error, Equatable, CustomStringConvertible {
    let call: String
    let code: Int32

    var description: String { "\(call): \(systemErrorText(code))" }
}

/// Runs `body` on a new, detached thread.
func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let argument = Unmanaged.passRetained(Box(body)).toOpaque()
    #if canImport(Darwin)
    var thread: pthread_t?
    let code = pthread_create(&thread, nil, { run($0) }, argument)
    if let thread { pthread_detach(thread) }
    #else
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, { run($0) }, argument)
    if code == 0 { pthread_detach(thread) }
    #endif
    precondition(code == 0, "no thread: \(systemErrorText(code))")

    func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
}
