/// Lets the hosts of a batch go task by task: none begins the next before all are through with this one.
///
/// Hosts may have different tasks. They are merged into one order first; a host without a task does not hold it up.
actor Lockstep {
    /// Hosts at work; one that waits for others is not.
    private let slots: Slots
    private var missing: Set<String> = []
    private var present: Set<String> = []
    private var order: [String] = []
    private var waiting: [String: (task: String, turn: Signal)] = [:]
    private var atWork: Set<String> = []

    /// - Parameter forks: hosts at work at the same time.
    init(forks: Int) { slots = Slots(forks) }

    /// Nobody passes before all of `hosts` have joined or are done.
    func begin(_ hosts: [String]) {
        missing = Set(hosts)
        order = []
    }

    /// Does the work of one host, from its connection to its last task. Cancelled, it may not even begin.
    func take(_ host: String, _ work: @Sendable () async -> Void) async {
        if await enter(host) { await work() }
        missing.remove(host)
        present.remove(host)
        wake()
        if atWork.remove(host) != nil { await slots.release() }
    }

    private func enter(_ host: String) async -> Bool {
        do {
            try await slots.acquire()
        } catch {
            return false
        }
        atWork.insert(host)
        return true
    }

    /// The host knows its tasks now.
    func join(_ host: String, tasks: [String]) {
        var position = 0
        for task in tasks {
            if let index = order.firstIndex(of: task) {
                position = max(position, index + 1)
            } else {
                order.insert(task, at: position)
                position += 1
            }
        }
        missing.remove(host)
        present.insert(host)
        wake()
    }

    /// Waits until no other host has a task before `task` left to do.
    ///
    /// - Throws: `CancellationError`.
    func arrive(_ host: String, at task: String) async throws {
        // Tasks of handlers are in no common order: each host goes through them on its own.
        guard order.contains(task) else { return }
        let turn = Signal()
        waiting[host] = (task, turn)
        wake()
        atWork.remove(host)
        await slots.release()
        do {
            try await turn.wait()
        } catch {
            waiting[host] = nil
            throw error
        }
        try await slots.acquire()
        atWork.insert(host)
    }

    /// Those that are furthest behind go on, once everybody waits or is gone.
    private func wake() {
        guard missing.isEmpty, !waiting.isEmpty, waiting.count == present.count else { return }
        let positions = waiting.mapValues { order.firstIndex(of: $0.task) ?? 0 }
        let behind = positions.values.min()
        for (host, position) in positions where position == behind {
            waiting.removeValue(forKey: host)?.turn.fire()
        }
    }
}
