#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Threads for what cannot be waited for on the loop: name resolution, files, the agent, key derivation.
///
/// At most `limit` at once; more wait their turn. A thread that was idle for 10 s ends.
final class BlockingPool: @unchecked Sendable {
    static let shared = BlockingPool(limit: 64)

    private let limit: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // Guarded by the mutex.
    private var queue: [@Sendable () -> Void] = []
    private var threads = 0
    private var idle = 0

    init(limit: Int) {
        self.limit = limit
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    /// Runs `work` on a thread of the pool. A cancelled waiter goes on at once, the work itself runs to its end.
    /// - Throws: what `work` throws, or `CancellationError`.
    func run<Value: Sendable>(
        isolation: isolated (any Actor)? = #isolation,
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await start(work).value()
    }

    /// Starts `work`; the result comes through the completion.
    func start<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) -> Completion<Value> {
        let completion = Completion<Value>()
        submit {
            guard !completion.isFinished else { return }
            completion.finish(Result { try work() })
        }
        return completion
    }

    private func submit(_ item: @escaping @Sendable () -> Void) {
        pthread_mutex_lock(mutex)
        queue.append(item)
        let mustStart = idle < queue.count && threads < limit
        if mustStart { threads += 1 } else { pthread_cond_signal(condition) }
        pthread_mutex_unlock(mutex)
        if mustStart { startThread { [self] in serve() } }
    }

    private func serve() {
        pthread_mutex_lock(mutex)
        while true {
            if !queue.isEmpty {
                let item = queue.removeFirst()
                pthread_mutex_unlock(mutex)
                item()
                pthread_mutex_lock(mutex)
                continue
            }
            idle += 1
            var until = timespec()
            clock_gettime(CLOCK_REALTIME, &until)
            until.tv_sec += 10
            let code = pthread_cond_timedwait(condition, mutex, &until)
            idle -= 1
            if code == ETIMEDOUT, queue.isEmpty { break }
        }
        threads -= 1
        pthread_mutex_unlock(mutex)
    }
}
