/// What is known while a list of tasks is worked off.
struct Pass {
    private(set) var entries: [Program.Entry]
    private let defaultPrivilege: Privilege
    private var answers: [Place: Answers] = [:]
    private var lost: [String: String] = [:]
    var blocks = BlockProgress()
    /// Tasks up to this index were looked at after the last change.
    var freshUntil = -1
    var hasChanged = false
    /// Those that were seen in the desired state.
    var settled: [Int] = []
    /// Check mode: what would change, or cannot be told.
    var uncertain: Set<ResourceID>

    /// Where a task looks and acts; no host is the play's own.
    struct Place: Hashable {
        let host: String?
        let privilege: Privilege
    }

    init(_ program: Program, privilege: Privilege, uncertain: Set<ResourceID>) {
        entries = program.entries
        self.uncertain = uncertain
        defaultPrivilege = privilege
    }

    func task(_ index: Int) -> Play.Task { entries[index].task }

    /// A deferred task has its resource now.
    mutating func resolve(_ index: Int, _ resource: AnyResource) {
        entries[index].task = entries[index].task.resolved(resource)
    }

    /// Why nothing can be told of what depends on `resources`; `nil` where they stay as they are.
    func uncertainty(of resources: [ResourceID]) -> String? {
        resources.first(where: uncertain.contains).map { "depends on \($0), which would change first" }
    }

    func place(_ index: Int) -> Place {
        Place(host: task(index).delegate, privilege: task(index).privilege ?? defaultPrivilege)
    }

    func plan(_ index: Int) -> Plan {
        if let host = task(index).delegate, let reason = lost[host] { return .unknown("\(host): \(reason)") }
        return task(index).resource.plan(answers[place(index)] ?? Answers())
    }

    func questions(of indices: [Int]) -> [String?: [Privilege: [AnyObservation]]] {
        indices.reduce(into: [:]) { questions, index in
            let place = place(index)
            questions[place.host, default: [:]][place.privilege, default: []] +=
                task(index).resource.observations
        }
    }

    mutating func answer(_ newer: [Privilege: Answers], on host: String?) {
        if let host { lost[host] = nil }
        for (privilege, seen) in newer {
            answers[Place(host: host, privilege: privilege), default: Answers()].merge(seen)
        }
    }

    mutating func lose(_ host: String, _ reason: String) { lost[host] = reason }

    /// The first task after `index` that does not look unchanged.
    func nextChange(after index: Int) -> Int? {
        entries.indices.dropFirst(index + 1).first { later in
            guard blocks.isExpected(entries[later].scope) else { return false }
            if case .unchanged = plan(later) { return false }
            return true
        }
    }
}
