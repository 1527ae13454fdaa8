/// Tasks that run once in a play: who does them, and what came of it.
actor OnceBoard {
    struct Elsewhere: Sendable {
        let result: TaskResult
        let output: ShellOutput?
    }

    private var done: [String: Elsewhere] = [:]
    /// Of tasks that somebody does now.
    private var waiting: [String: [Signal]] = [:]

    /// - Returns: `nil` where it is the caller's to do, and to `finish` or `giveBack`; else, once it is done, what
    ///   came of it.
    /// - Throws: `CancellationError`.
    func claim(_ name: String) async throws -> Elsewhere? {
        while done[name] == nil {
            guard waiting[name] != nil else {
                waiting[name] = []
                return nil
            }
            let signal = Signal()
            waiting[name]?.append(signal)
            try await signal.wait()
        }
        return done[name]
    }

    func finish(_ name: String, on host: String, _ outcome: TaskResult.Outcome, output: ShellOutput? = nil) {
        let shared: TaskResult.Outcome =
            switch outcome {
            case .failed(let why): .failed("runs once, and failed on \(host): \(why)")
            case .unknown(let why): .unknown("runs once, on \(host): \(why)")
            case .ok, .changed, .skipped: .skipped("was done once, on \(host)")
            }
        done[name] = Elsewhere(result: TaskResult(shared, after: .zero), output: output)
        giveBack(name)
    }

    /// Who waits may claim it, or has what came of it.
    func giveBack(_ name: String) {
        for signal in waiting.removeValue(forKey: name) ?? [] { signal.fire() }
    }
}
