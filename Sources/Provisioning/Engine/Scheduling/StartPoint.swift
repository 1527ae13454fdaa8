import Synchronization

/// Where each host begins, for `--start-at`.
final class StartPoint: Sendable {
    private let title: String?
    private let begun = Mutex<Set<String>>([])

    /// - Parameter title: or heading; `nil` is the first task.
    init(title: String?) { self.title = title }

    /// Asked of a host's tasks in their order, one play after the other.
    func hasCome(to task: Play.Task, on host: String) -> Bool {
        guard let title else { return true }
        return begun.withLock { begun in
            if task.title == title || task.heading == title { begun.insert(host) }
            return begun.contains(host)
        }
    }
}
