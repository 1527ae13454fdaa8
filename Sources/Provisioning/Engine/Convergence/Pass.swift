/// What is known while a list of tasks is worked off.
struct Pass {
    private(set) var entries: [Program.Entry]
    /// The number of the first task, for reports.
    private let first: Int
    private let defaultPrivilege: Privilege
    /// Somebody takes up whatever fails.
    let isRescued: Bool
    private var answers: [Place: Answers] = [:]
    private var lost: [String: String] = [:]
    /// Tasks that were looked at after the last change.
    private var fresh: Set<Int> = []
    var blocks = BlockProgress()
    var hasChanged = false
    private var lastSettled: [Subject: Int] = [:]
    /// Check mode: what would change, or cannot be told.
    var uncertain: Set<ResourceID>
    /// Of the first look, for each task.
    var lookShare = Duration.zero

    /// Where a task looks and acts; no host is the play's own.
    struct Place: Hashable {
        let host: String?
        let privilege: Privilege
    }

    /// What a task is about: a resource, where it is.
    private struct Subject: Hashable {
        let resource: ResourceID
        let place: Place
    }

    init(
        _ program: Program,
        first: Int,
        privilege: Privilege,
        isRescued: Bool,
        _ uncertain: Set<ResourceID>
    ) {
        entries = program.entries
        self.first = first
        defaultPrivilege = privilege
        self.isRescued = isRescued
        self.uncertain = uncertain
    }

    func number(of index: Int) -> Int { first + index }

    func task(_ index: Int) -> Play.Task { entries[index].task }

    /// The tasks that were seen in the desired state, in order. The last word on a resource holds: a service that is
    /// stopped and started again is to run.
    var settled: [Int] { lastSettled.values.sorted() }

    mutating func settle(_ index: Int) {
        lastSettled[Subject(resource: task(index).resourceID, place: place(index))] = index
    }

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

    /// What `change` of a task would do, from the state that was seen last.
    ///
    /// - Throws: what `Upload.identity` does.
    func preview(_ change: Change, of index: Int, key: FingerprintKey) throws -> Preview {
        let state = task(index).resource.state(answers[place(index)] ?? Answers())
        return try Preview(change, from: state ?? "", key: key)
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

    mutating func noteLook(at indices: [Int]) { fresh.formUnion(indices) }

    /// Something may have changed: what was seen so far shows the past.
    mutating func goStale() { fresh = [] }

    func isFresh(_ index: Int) -> Bool { fresh.contains(index) }

    /// From `index` up to the next task after it that is predicted to change: what one look is for.
    func range(from index: Int) -> ClosedRange<Int> {
        index...(nextChange(after: index) ?? max(index, entries.count - 1))
    }

    /// What is looked at together with the change of `index`: the tasks that it is for, and after the last change all
    /// that are done.
    func lookAfter(_ index: Int) -> [Int] {
        let range = range(from: index)
        return range.upperBound == entries.count - 1 ? settled + range : Array(range)
    }

    /// The first task after `index` that does not look unchanged.
    private func nextChange(after index: Int) -> Int? {
        entries.indices.dropFirst(index + 1).first { later in
            guard blocks.isExpected(entries[later].scope) else { return false }
            if case .unchanged = plan(later) { return false }
            return true
        }
    }
}
