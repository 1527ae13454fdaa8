import HostInventory
import Synchronization

/// What the hosts of one play share while they work.
final class PlaySharing: Sendable {
    let sessions: SessionPool
    let once = OnceBoard()
    /// For the strategy in lockstep only.
    let lockstep: Lockstep?
    private let options: RunOptions
    private let throttles = Mutex<[String: Slots]>([:])
    private let stop = Mutex(false)
    private let steps = Slots(1)
    private let asksNoMore = Mutex(false)

    init(sessions: SessionPool, lockstep: Lockstep?, options: RunOptions) {
        self.sessions = sessions
        self.lockstep = lockstep
        self.options = options
    }

    /// No host begins another task.
    func stopAll() { stop.withLock { $0 = true } }
    var isStopped: Bool { stop.withLock { $0 } }

    func throttle(_ identity: String, _ hosts: Int) -> Slots {
        throttles.withLock { throttles in
            let slots = throttles[identity] ?? Slots(hosts)
            throttles[identity] = slots
            return slots
        }
    }

    /// Waits until it is the task's turn among the hosts; `false` where the play was stopped.
    func mayStart(_ entry: Program.Entry, on host: String) async -> Bool {
        await lockstep?.arrive(host, at: entry.identity)
        return !isStopped && !Task.isCancelled
    }

    /// Asks the person, where they want to be asked.
    ///
    /// - Returns: how the task ends where they do not want it.
    func refusal(of task: Play.Task, on host: String) async -> TaskResult? {
        guard let confirm = options.confirm else { return nil }
        await steps.acquire()
        defer { Task { await steps.release() } }
        if isStopped || asksNoMore.withLock({ $0 }) { return nil }
        switch await confirm(host, task.heading) {
        case .run: return nil
        case .runAll:
            asksNoMore.withLock { $0 = true }
            return nil
        case .skip: return TaskResult(.skipped("not wanted"), after: .zero)
        case .stop:
            stopAll()
            return TaskResult(.skipped("stopped here"), after: .zero)
        }
    }
}

/// At most so many at a time; who waits comes in the order of asking.
actor Slots {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = max(1, count) }

    func acquire() async {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    }

    func release() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// Tasks that run once in a play: who does them, and what came of it.
actor OnceBoard {
    struct Elsewhere: Sendable {
        let result: TaskResult
        let output: ShellOutput?
    }

    private var done: [String: Elsewhere] = [:]
    private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]

    /// - Returns: `nil` where it is the caller's to do, and to `finish`; else, once it is done, what came of it.
    func claim(_ identity: String) async -> Elsewhere? {
        if done[identity] == nil {
            if waiting[identity] == nil {
                waiting[identity] = []
                return nil
            }
            await withCheckedContinuation { waiting[identity, default: []].append($0) }
        }
        return done[identity]
    }

    func finish(
        _ identity: String,
        on host: String,
        _ outcome: TaskResult.Outcome,
        output: ShellOutput? = nil
    ) {
        let shared: TaskResult.Outcome =
            switch outcome {
            case .failed(let why): .failed("runs once, and failed on \(host): \(why)")
            case .unknown(let why): .unknown("runs once, on \(host): \(why)")
            case .ok, .changed, .skipped: .skipped("was done once, on \(host)")
            }
        done[identity] = Elsewhere(result: TaskResult(shared, after: .zero), output: output)
        for continuation in waiting.removeValue(forKey: identity) ?? [] { continuation.resume() }
    }
}

/// The sessions of a run: of its hosts, and of those that tasks are delegated to.
actor SessionPool {
    private let make: @Sendable (String) -> HostSession?
    private var sessions: [String: HostSession] = [:]
    private var connecting: [String: Task<Void, any Error>] = [:]

    /// - Parameter make: `nil` where the inventory has no such host.
    init(make: @escaping @Sendable (String) -> HostSession?) { self.make = make }

    func session(of host: String) -> HostSession? {
        if sessions[host] == nil { sessions[host] = make(host) }
        return sessions[host]
    }

    /// The session with its connection, which is made once, however many ask.
    ///
    /// - Throws: `TransportError`.
    func connected(_ host: String) async throws -> HostSession {
        guard let session = session(of: host) else {
            throw TransportError(.configuration, "the inventory has no host «\(host)»")
        }
        if let task = connecting[host] {
            try await task.value
        } else if await !session.isConnected {
            let task = connecting[host] ?? Task { try await session.connect() }
            connecting[host] = task
            defer { connecting[host] = nil }
            try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        }
        return session
    }

    func closeAll() async {
        await withTaskGroup { group in
            for session in sessions.values { group.addTask { await session.close() } }
        }
    }
}
