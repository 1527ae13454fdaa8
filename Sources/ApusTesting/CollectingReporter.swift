public import Provisioning
import Synchronization

/// Keeps all events of a run, for tests to look at.
public final class CollectingReporter: Reporter {
    private let stored = Mutex<[Event]>([])

    public init() {}

    public func report(_ event: Event) { stored.withLock { $0.append(event) } }

    public var events: [Event] { stored.withLock { $0 } }

    /// A task's heading and how it ended on `host`, in the order in which they ended.
    public func results(of host: String) -> [(heading: String, outcome: TaskResult.Outcome)] {
        var headings: [String] = []
        var results: [(String, TaskResult.Outcome)] = []
        for event in events {
            switch event {
            case .planned(host, let tasks): headings = tasks.map(\.heading)
            case .taskFinished(host, let task, let result):
                results.append((headings.indices.contains(task) ? headings[task] : "?", result.outcome))
            default: break
            }
        }
        return results
    }

    public var notices: [String] {
        events.compactMap { if case .notice(_, let text) = $0 { text } else { nil } }
    }
}
