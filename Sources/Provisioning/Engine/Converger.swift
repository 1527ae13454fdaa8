/// Brings one host into the state that its tasks describe.
///
/// All tasks are looked at in one exchange. A task that must change is applied and seen again in one more, together
/// with the tasks up to the next that is predicted to change; at the end all are looked at once more. So a converged
/// host costs one exchange, and *k* changes cost *k* + 2, however many tasks there are.
struct Converger: Sendable {
    let session: HostSession
    let privilege: Privilege
    let options: RunOptions
    /// The task's number, and what happened to it.
    let report: @Sendable (Progress) -> Void

    enum Progress: Sendable {
        case started(Int)
        case line(Int, String)
        case finished(Int, TaskResult)
    }

    struct Outcome: Sendable {
        var failed = false
        /// The run was asked to stop before the last task.
        var wasStopped = false
        private var pending: [Handler] = []

        /// Handlers that a change notified and none after it superseded, each once.
        var notified: [Handler] {
            var seen = Set<String>()
            return pending.filter { seen.insert($0.name).inserted }
        }

        mutating func note(_ changed: Play.Task) {
            pending.removeAll { $0.supersededBy.contains(changed.resourceID) }
            pending += changed.handlers
        }
    }

    /// - Parameter first: the number of the first task, for reports.
    /// - Throws: `TransportError` and whatever ends the whole host.
    func converge(_ tasks: [Play.Task], first: Int = 0) async throws -> Outcome {
        var pass = Pass(tasks: tasks, privilege: privilege, uncertain: await session.uncertain)
        var outcome = Outcome()
        let lookStart = ContinuousClock.now
        try await look(at: tasks.indices, in: &pass)
        // What the one look took, shared out over those it was for.
        let share = lookStart.duration(to: .now) / max(1, tasks.count)
        for index in tasks.indices {
            if options.interruption.isRequested {
                outcome.wasStopped = true
                return outcome
            }
            if await session.isPoweredOff {
                report(
                    .finished(first + index, TaskResult(.skipped("the host was powered off"), after: .zero))
                )
                continue
            }
            if index > pass.freshUntil {
                try await look(at: index...(pass.nextChange(after: index - 1) ?? tasks.count - 1), in: &pass)
            }
            report(.started(first + index))
            let start = ContinuousClock.now
            var result = try await converge(index, number: first + index, in: &pass)
            result.duration = max(share, start.duration(to: .now))
            report(.finished(first + index, result))
            switch result.outcome {
            case .changed:
                outcome.note(tasks[index])
            case .failed where !tasks[index].ignoresFailure:
                outcome.failed = true
                return outcome
            default: break
            }
        }
        await session.noteUncertain(pass.uncertain)
        if try await !isIntact(first: first, in: &pass) { outcome.failed = true }
        return outcome
    }

    private func look(at range: some Sequence<Int>, in pass: inout Pass) async throws {
        let indices = Array(range)
        pass.answer(try await session.observe(pass.questions(of: indices)))
        pass.freshUntil = indices.last ?? -1
    }

    private func converge(_ index: Int, number: Int, in pass: inout Pass) async throws -> TaskResult {
        if options.check { return await predict(index, in: &pass) }
        switch pass.plan(index) {
        case .unchanged: return TaskResult(.ok, after: .zero)
        case .unknown(let why): return TaskResult(.failed("cannot be told: \(why)"), after: .zero)
        case .change(var change):
            if options.diff { await fetchContents(for: &change.difference, as: pass.privilege(index)) }
            return try await apply(change, to: index, number: number, in: &pass)
        }
    }

    /// What would happen; what earlier tasks would change first cannot be told.
    private func predict(_ index: Int, in pass: inout Pass) async -> TaskResult {
        let resource = pass.tasks[index].resource
        let plan = pass.plan(index)
        let outcome: TaskResult.Outcome
        var difference = Difference()
        switch plan {
        case .unchanged:
            outcome = pass.uncertainty(of: resource.dependencies).map(TaskResult.Outcome.unknown) ?? .ok
        case .unknown(let why):
            outcome = .unknown(why)
        case .change(let change):
            let doubt = resource.isAction ? nil : pass.uncertainty(of: resource.effects)
            outcome = doubt.map(TaskResult.Outcome.unknown) ?? .changed
            difference = change.difference
            if options.diff { await fetchContents(for: &difference, as: pass.privilege(index)) }
        }
        if outcome != .ok { pass.uncertain.formUnion(resource.effects) }
        return TaskResult(outcome, after: .zero, difference: difference)
    }

    private func apply(_ change: Change, to index: Int, number: Int, in pass: inout Pass) async throws
        -> TaskResult
    {
        let task = pass.tasks[index]
        let next = pass.nextChange(after: index) ?? pass.tasks.count - 1
        do {
            pass.answer(
                try await session.apply(
                    change.steps,
                    as: pass.privilege(index),
                    thenObserve: pass.questions(of: Array(index...max(index, next))),
                    progress: { report(.line(number, $0)) }
                )
            )
        } catch let failure as StepFailure {
            return TaskResult(.failed("\(failure)"), after: .zero, difference: change.difference)
        }
        pass.freshUntil = next
        pass.hasChanged = true
        if task.resource.isAction { return TaskResult(.changed, after: .zero, difference: change.difference) }
        let outcome: TaskResult.Outcome
        switch pass.plan(index) {
        case .unchanged: outcome = .changed
        case .change(let left):
            outcome = .failed("was changed, and the host still shows another state: \(left.difference)")
        case .unknown(let why): outcome = .failed("was changed, and what came of it cannot be seen: \(why)")
        }
        return TaskResult(outcome, after: .zero, difference: change.difference)
    }

    /// Looks at everything once more after changes.
    ///
    /// - Returns: `true` when every task is still as it was left.
    private func isIntact(first: Int, in pass: inout Pass) async throws -> Bool {
        let powered = await session.isPoweredOff
        guard pass.hasChanged, pass.tasks.count > 1, !powered else { return true }
        try await look(at: pass.tasks.indices, in: &pass)
        var intact = true
        for (index, task) in pass.tasks.enumerated() where !task.resource.isAction && !task.ignoresFailure {
            guard case .change(let change) = pass.plan(index) else { continue }
            intact = false
            let message = "was in the desired state, and a later task undid it: \(change.difference)"
            report(.finished(first + index, TaskResult(.failed(message), after: .zero)))
        }
        return intact
    }

    /// The present text of the files that would be replaced.
    private func fetchContents(for difference: inout Difference, as privilege: Privilege) async {
        let wanted = difference.entries.enumerated().compactMap { index, entry in
            if case .content(let path, nil, let after) = entry { (index, path, after) } else { nil }
        }
        // All in one exchange: a tree may have thousands.
        let sections = wanted.map { _, path, _ in
            let file = shellQuoted(path)
            return ShellSection(
                "[ ! -f \(file) ] || { [ \"$(wc -c <\(file))\" -le \(4 << 20) ] && cat -- \(file); }"
            )
        }
        guard let outputs = try? await session.exchange(sections, as: privilege) else { return }
        for case ((let index, let path, let after), .ran(let output)) in zip(wanted, outputs)
        where output.status == 0 {
            difference.entries[index] = .content(path: path, before: output.text, after: after)
        }
    }
}

/// What is known while a list of tasks is worked off.
private struct Pass {
    let tasks: [Play.Task]
    private let defaultPrivilege: Privilege
    private var answers: [Privilege: Answers] = [:]
    /// Tasks up to this index were looked at after the last change.
    var freshUntil = -1
    var hasChanged = false
    /// Check mode: what would change, or cannot be told.
    var uncertain: Set<ResourceID>

    init(tasks: [Play.Task], privilege: Privilege, uncertain: Set<ResourceID>) {
        self.tasks = tasks
        self.uncertain = uncertain
        defaultPrivilege = privilege
    }

    /// Why nothing can be told of what depends on `resources`; `nil` where they stay as they are.
    func uncertainty(of resources: [ResourceID]) -> String? {
        resources.first(where: uncertain.contains).map { "depends on \($0), which would change first" }
    }

    func privilege(_ index: Int) -> Privilege { tasks[index].privilege ?? defaultPrivilege }

    func plan(_ index: Int) -> Plan { tasks[index].resource.plan(answers[privilege(index)] ?? Answers()) }

    func questions(of indices: [Int]) -> [Privilege: [AnyObservation]] {
        indices.reduce(into: [:]) { questions, index in
            questions[privilege(index), default: []] += tasks[index].resource.observations
        }
    }

    mutating func answer(_ newer: [Privilege: Answers]) {
        answers.merge(newer) { old, new in
            var merged = old
            merged.merge(new)
            return merged
        }
    }

    /// The first task after `index` that does not look unchanged.
    func nextChange(after index: Int) -> Int? {
        tasks.indices.dropFirst(index + 1).first { later in
            if case .unchanged = plan(later) { false } else { true }
        }
    }
}
