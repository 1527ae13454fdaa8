import Synchronization

/// Counts what happened to each host of a run, and which hosts are out of it.
final class Ledger: Sendable {
    private let lines: Mutex<[String: Recap.Line]>

    init(hosts: [String]) {
        lines = Mutex(Dictionary(uniqueKeysWithValues: hosts.map { ($0, Recap.Line()) }))
    }

    func line(of host: String) -> Recap.Line { lines.withLock { $0[host] ?? Recap.Line() } }

    /// Whether it still takes part.
    func isWell(_ host: String) -> Bool {
        let line = line(of: host)
        return line.unreachable == nil && !(failedHosts.withLock { $0.contains(host) })
    }

    private let failedHosts = Mutex(Set<String>())

    func markFailed(_ host: String) { failedHosts.withLock { _ = $0.insert(host) } }

    func markUnreachable(_ host: String, _ reason: String) {
        lines.withLock { $0[host, default: .init()].unreachable = reason }
    }

    private let shutGate = Mutex(false)

    /// Whether a gate did not open.
    var gateFailed: Bool { shutGate.withLock { $0 } }

    func noteShutGate() { shutGate.withLock { $0 = true } }

    /// Says that `tasks` more are to be done, so that a stopped run knows what it did not come to.
    func expect(_ tasks: Int, on host: String) {
        lines.withLock { $0[host, default: .init()].notDone += tasks }
    }

    /// - Parameter tasks: how many the handlers have.
    func setPending(_ handlers: [String], tasks: Int, on host: String) {
        pendingHandlers.withLock { $0[host] = (handlers, tasks) }
    }

    /// Handlers that the host did not come to; their tasks are now among those not done.
    func takePending(on host: String) -> [String] {
        guard let left = pendingHandlers.withLock({ $0.removeValue(forKey: host) }) else { return [] }
        expect(left.tasks, on: host)
        return left.handlers
    }

    private let pendingHandlers = Mutex<[String: (handlers: [String], tasks: Int)]>([:])

    /// - Parameter wasExpected: it is one of those of `expect`.
    func count(_ result: TaskResult, on host: String, wasExpected: Bool) {
        lines.withLock { lines in
            let left = lines[host]?.notDone ?? 0
            if wasExpected { lines[host, default: .init()].notDone = max(0, left - 1) }
            switch result.outcome {
            case .ok: lines[host, default: .init()].ok += 1
            case .changed: lines[host, default: .init()].changed += 1
            case .unknown: lines[host, default: .init()].unknown += 1
            case .failed:
                switch result.pardon {
                case nil: lines[host, default: .init()].failed += 1
                case .rescued: lines[host, default: .init()].rescued += 1
                case .ignored: lines[host, default: .init()].ignored += 1
                }
            case .skipped: lines[host, default: .init()].skipped += 1
            }
        }
    }
}
