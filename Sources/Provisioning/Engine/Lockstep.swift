/// Lets the hosts of a batch go task by task: none begins the next before all are through with this one.
///
/// Hosts may have different tasks. They are merged into one order first; a host without a task does not hold it up.
actor Lockstep {
    private let slots: Slots
    private var missing: Set<String> = []
    private var order: [String] = []
    private var positions: [String: Int] = [:]
    private var waiting: [(host: String, task: String, continuation: CheckedContinuation<Void, Never>)] = []

    /// - Parameter forks: hosts at work at the same time; one that waits for others is not.
    init(forks: Int) { slots = Slots(forks) }

    /// Nobody passes before all of `hosts` have joined or left.
    func begin(_ hosts: [String]) {
        missing = Set(hosts)
        order = []
        positions = [:]
    }

    /// Takes one of the places of those at work.
    func enter() async { await slots.acquire() }

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
        positions[host] = -1
        wake()
    }

    /// Waits until no other host has a task before `task` left to do.
    func arrive(_ host: String, at task: String) async {
        // Tasks of handlers are in no common order: each host goes through them on its own.
        guard order.contains(task), positions[host] != nil else { return }
        await slots.release()
        await withCheckedContinuation { continuation in
            waiting.append((host, task, continuation))
            wake()
        }
        await slots.acquire()
    }

    /// The host has no more tasks, or is out.
    func leave(_ host: String) async {
        missing.remove(host)
        positions[host] = nil
        wake()
        await slots.release()
    }

    /// Those that are furthest behind go on, once everybody waits or is gone.
    private func wake() {
        guard missing.isEmpty, !waiting.isEmpty, waiting.count == positions.count else { return }
        let ready = waiting.map { position(of: $0.task) }.min() ?? 0
        let going = waiting.filter { position(of: $0.task) <= ready }
        waiting.removeAll { position(of: $0.task) <= ready }
        for host in going {
            positions[host.host] = ready
            host.continuation.resume()
        }
    }

    private func position(of task: String) -> Int { order.firstIndex(of: task) ?? 0 }
}
