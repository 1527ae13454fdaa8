import Synchronization

extension Converger {
    /// What would happen; what earlier tasks would change first cannot be told.
    func predict(_ index: Int, in pass: inout Pass) async -> TaskResult {
        let resource = pass.task(index).resource
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
            if options.diff { await fetchContents(for: &difference, of: index, in: pass) }
        }
        // Elsewhere the same name is another thing.
        if outcome != .ok, pass.task(index).delegate == nil { pass.uncertain.formUnion(resource.effects) }
        return TaskResult(outcome, after: .zero, difference: difference)
    }

    func apply(
        _ change: Change,
        to index: Int,
        number: Int,
        in pass: inout Pass,
        _ results: inout TaskResults
    ) async throws -> TaskResult {
        let task = pass.task(index)
        let place = pass.place(index)
        // A look at this host can travel along only where the change is on it.
        let next =
            place.host == nil ? max(index, pass.nextChange(after: index) ?? pass.entries.count - 1) : index
        let looked = (index...next).filter { pass.place($0).host == place.host }
        let wrote = Mutex<ShellOutput?>(nil)
        func failed(_ why: String) -> TaskResult {
            TaskResult(.failed(why), after: .zero, difference: change.difference)
        }
        pass.hasChanged = true
        do {
            let acting = try await actingSession(place)
            pass.answer(
                try await acting.apply(
                    change.steps.map { $0.adjusted(to: task) },
                    as: place.privilege,
                    thenObserve: pass.questions(of: looked)[place.host] ?? [:],
                    output: { output in wrote.withLock { $0 = output } },
                    progress: { report(.line(number, $0)) }
                ),
                on: place.host
            )
        } catch let failure as StepFailure {
            return failed("\(failure)")
        } catch let error as TransportError where place.host != nil {
            return failed("\(place.host ?? ""): \(error)")
        }
        // Tasks of other hosts in between were not looked at again.
        pass.freshUntil = looked.count == next - index + 1 ? next : index
        let output = wrote.withLock { $0 }
        if let key = task.savedOutput { results.save(output ?? ShellOutput(), as: key) }
        if let until = task.retry?.until, !until(output ?? ShellOutput()) {
            return failed("what it wrote is not what is waited for: " + (output?.text.trimmed ?? ""))
        }
        if task.resource.isAction {
            return TaskResult(.changed, after: .zero, difference: change.difference)
        }
        switch pass.plan(index) {
        case .unchanged: return TaskResult(.changed, after: .zero, difference: change.difference)
        case .change(let left):
            return failed("was changed, and the host still shows another state: \(left.difference)")
        case .unknown(let why): return failed("was changed, and what came of it cannot be seen: \(why)")
        }
    }

    private func actingSession(_ place: Pass.Place) async throws -> HostSession {
        guard let host = place.host else { return session }
        return try await shared.sessions.connected(host)
    }

    /// Looks at everything once more after changes.
    ///
    /// - Returns: `true` when every task is still as it was left.
    func isIntact(first: Int, in pass: inout Pass) async throws -> Bool {
        let powered = await session.isPoweredOff
        guard pass.hasChanged, pass.settled.count > 1, !powered else { return true }
        try await look(at: pass.settled, in: &pass)
        var intact = true
        for index in pass.settled {
            let task = pass.task(index)
            guard !task.resource.isAction, !task.ignoresFailure, case .change(let change) = pass.plan(index)
            else { continue }
            intact = false
            let message = "was in the desired state, and a later task undid it: \(change.difference)"
            report(.finished(first + index, TaskResult(.failed(message), after: .zero)))
        }
        return intact
    }

    /// The present text of the files that would be replaced.
    func fetchContents(for difference: inout Difference, of index: Int, in pass: Pass) async {
        let place = pass.place(index)
        for (position, entry) in difference.entries.enumerated() {
            guard case .content(let path, nil, let after) = entry else { continue }
            let section = ShellSection(
                "[ ! -f \(shellQuoted(path)) ] || cat -- \(shellQuoted(path))",
                retention: .all(limit: 4 << 20)
            )
            guard let outputs = try? await actingSession(place).exchange([section], as: place.privilege),
                case .ran(let output) = outputs[0], output.status == 0
            else { continue }
            difference.entries[position] = .content(path: path, before: output.text, after: after)
        }
    }
}

extension Step {
    /// With the environment and the deadline of its task.
    fileprivate func adjusted(to task: Play.Task) -> Step {
        var step = self
        if let deadline = task.deadline { step.deadline = deadline }
        if task.environment.isEmpty { return step }
        let exports = task.environment.sorted { $0.key < $1.key }
            .map { "export \($0.key)=\(shellQuoted($0.value))\n" }.joined()
        switch action {
        case .script(let script): step.action = .script(exports + script)
        case .upload(var upload):
            upload.receiver = exports + upload.receiver
            step.action = .upload(upload)
        case .reboot, .powerOff: break
        }
        return step
    }
}
