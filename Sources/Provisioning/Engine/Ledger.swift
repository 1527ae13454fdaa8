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

    func count(_ result: TaskResult, on host: String) {
        lines.withLock { lines in
            switch result.outcome {
            case .ok: lines[host, default: .init()].ok += 1
            case .changed: lines[host, default: .init()].changed += 1
            case .unknown: lines[host, default: .init()].unknown += 1
            case .failed where result.isRescued: lines[host, default: .init()].rescued += 1
            case .failed: lines[host, default: .init()].failed += 1
            case .skipped: lines[host, default: .init()].skipped += 1
            }
        }
    }
}
