import Synchronization

/// A result that comes once, from anywhere, to the one task that waits for it.
///
/// A waiting task that is cancelled goes on at once with `CancellationError`; whoever then brings the result
/// learns from `finish` that nobody took it.
final class Completion<Value: Sendable>: Sendable {
    private enum State {
        case pending(UnsafeContinuation<Value, any Error>?)
        case finished(Result<Value, any Error>)
    }

    private let state = Mutex(State.pending(nil))

    var isFinished: Bool {
        state.withLock {
            if case .finished = $0 { true } else { false }
        }
    }

    /// - Returns: whether this was the first result; a later one is dropped.
    @discardableResult
    func finish(_ result: Result<Value, any Error>) -> Bool {
        let (isFirst, waiter) = state.withLock { state -> (Bool, UnsafeContinuation<Value, any Error>?) in
            guard case .pending(let waiter) = state else { return (false, nil) }
            state = .finished(result)
            return (true, waiter)
        }
        waiter?.resume(with: result)
        return isFirst
    }

    /// Waits for the result. To be called once.
    func value(isolation: isolated (any Actor)? = #isolation) async throws -> Value {
        try await withTaskCancellationHandler(
            operation: {
                try await withUnsafeThrowingContinuation(isolation: isolation) { continuation in
                    let result = state.withLock { state -> Result<Value, any Error>? in
                        if case .finished(let result) = state { return result }
                        state = .pending(continuation)
                        return nil
                    }
                    if let result { continuation.resume(with: result) }
                }
            },
            onCancel: { finish(.failure(CancellationError())) },
            isolation: isolation
        )
    }
}
