/// What must hold between two batches of a play, seen from this machine.
///
/// It is tried again and again until it holds, or its deadline has passed; then the roll stops.
public struct Gate: Sendable, CustomStringConvertible {
    public let description: String
    let deadline: Duration
    /// Between two attempts.
    let interval: Duration
    /// One attempt; `nil` where it holds, else what was seen instead.
    let attempt: @Sendable () async -> String?

    /// - Parameters:
    ///   - description: for people: "http://10.0.0.1/ answers 200".
    ///   - deadline: 60 s by default.
    ///   - interval: between two attempts; half a second by default.
    ///   - attempt: `nil` where it holds, else what was seen instead. It must end by itself.
    public init(
        _ description: String,
        within deadline: Duration = .seconds(60),
        every interval: Duration = .milliseconds(500),
        attempt: @escaping @Sendable () async -> String?
    ) {
        self.description = description
        self.deadline = deadline
        self.interval = interval
        self.attempt = attempt
    }

    /// - Returns: `nil` as soon as it holds; after the deadline what was seen last.
    func failure() async -> String? {
        let end = ContinuousClock.now + deadline
        while true {
            guard let seen = await attempt() else { return nil }
            if ContinuousClock.now + interval > end || Task.isCancelled {
                return "\(seen), still after \(deadline.brief)"
            }
            try? await Task.sleep(for: interval)
        }
    }
}
