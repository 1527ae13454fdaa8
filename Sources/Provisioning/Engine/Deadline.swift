/// Thrown where something took longer than it was allowed to.
struct DeadlineExceeded: Error {}

/// An instant after which work that waits is cancelled.
struct Deadline: Sendable {
    private let instant: ContinuousClock.Instant

    init(after duration: Duration) { instant = .now + duration }

    /// - Throws: `DeadlineExceeded` once the instant has passed; else what `work` throws.
    func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(until: instant, clock: .continuous)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw DeadlineExceeded() }
            return value
        }
    }
}

extension Duration {
    /// "0.25 s", "12 s", "3 min 20 s".
    public var brief: String {
        let (whole, attoseconds) = components
        if whole >= 60 { return whole % 60 == 0 ? "\(whole / 60) min" : "\(whole / 60) min \(whole % 60) s" }
        if whole >= 10 || attoseconds == 0 { return "\(whole) s" }
        let hundredths = attoseconds / 10_000_000_000_000_000
        return "\(whole).\(hundredths < 10 ? "0" : "")\(hundredths) s"
    }
}
