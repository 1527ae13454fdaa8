/// How far a run came, as its events tell: what a later run must know to go on.
///
/// It is right after every single event, so a run may end, or be killed, at any moment.
public struct RunProgress: Sendable {
    /// By play and host.
    private var visits: [String: [String: Visit]] = [:]
    /// What each host is at.
    private var planned: [String: [PlannedTask]] = [:]
    /// The play that hosts came to last.
    private var latest: String?
    /// The play that waited for its gates, and was not seen to go on.
    private var gated: String?

    /// What became of a host in a play.
    struct Visit: Sendable, Equatable, Codable {
        /// It has done all of the play, handlers too, and nothing failed.
        var isDone = false
        /// Tasks, not of handlers, that changed something.
        var changed: Set<TaskID> = []
        /// Tasks whose change was begun and not seen to end well: nobody knows how far it came.
        var begun: Set<TaskID> = []
        /// Handlers that were notified and have not run well.
        var pending: [String] = []
    }

    public init() {}

    /// Takes the events of a run in their order.
    public mutating func note(_ event: Event) {
        switch event {
        case .planned(let host, let tasks):
            planned[host] = tasks
            latest = tasks.first?.id.play ?? latest
            update(host) { _ in }
        case .changeBegun(let host, let task):
            guard let id = id(of: task, on: host) else { return }
            update(host) { $0.begun.insert(id) }
        case .taskFinished(let host, let task, let result):
            guard let id = id(of: task, on: host) else { return }
            update(host) { $0.note(result.outcome, of: id) }
        case .handlersPending(let host, let handlers): update(host) { $0.pending = handlers }
        case .hostFinished(let host, let isDone):
            if isDone { update(host) { $0 = Visit(isDone: true, changed: $0.changed) } }
            planned[host] = nil
        case .gateStarted: gated = latest ?? gated
        case .playStarted: gated = nil
        default: break
        }
    }

    private func id(of task: Int, on host: String) -> TaskID? {
        guard let tasks = planned[host], tasks.indices.contains(task) else { return nil }
        return tasks[task].id
    }

    private mutating func update(_ host: String, _ change: (inout Visit) -> Void) {
        guard let play = planned[host]?.first?.id.play else { return }
        change(&visits[play, default: [:]][host, default: Visit()])
    }

    func visit(of host: String, in play: String) -> Visit { visits[play]?[host] ?? Visit() }

    func isDone(_ host: String, in play: String) -> Bool { visit(of: host, in: play).isDone }

    func awaitsGates(of play: String) -> Bool { gated == play }

    /// Whether a task that runs once was done, on whatever host.
    func wasChanged(_ id: TaskID) -> Bool {
        visits[id.play]?.values.contains { $0.changed.contains(id) } ?? false
    }

    /// Plays and hosts that were begun and not done.
    var unfinished: [(play: String, host: String)] {
        visits.sorted { $0.key < $1.key }.flatMap { play, hosts in
            hosts.sorted { $0.key < $1.key }.filter { !$0.value.isDone }.map { (play, $0.key) }
        }
    }
}

extension RunProgress.Visit {
    fileprivate mutating func note(_ outcome: TaskResult.Outcome, of id: TaskID) {
        switch outcome {
        case .changed: break
        // Its change was done by the run that was killed in the middle of it.
        case .ok where begun.contains(id): break
        case .ok, .unknown, .failed, .skipped: return
        }
        begun.remove(id)
        if id.handler == nil { changed.insert(id) }
    }
}

extension RunProgress: Codable {
    private enum CodingKeys: CodingKey { case visits, gated }
}
