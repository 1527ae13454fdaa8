import Synchronization

extension Converger {
    /// What would happen; what earlier tasks would change first cannot be told.
    func predict(_ index: Int, in pass: inout Pass) async -> TaskResult {
        let resource = pass.task(index).resource
        let plan = pass.plan(index)
        var outcome: TaskResult.Outcome
        var difference = Difference()
        var preview: Preview?
        switch plan {
        case .unchanged:
            outcome = pass.uncertainty(of: resource.dependencies).map(TaskResult.Outcome.unknown) ?? .ok
        case .unknown(let why):
            outcome = .unknown(why)
        case .change(let change):
            let doubt = resource.isAction ? nil : pass.uncertainty(of: resource.effects)
            outcome = doubt.map(TaskResult.Outcome.unknown) ?? .changed
            difference = change.difference
            do {
                preview = try options.previewKey.map { try pass.preview(change, of: index, key: $0) }
            } catch {
                outcome = .unknown("\(error)")
            }
            if options.diff { await fetchContents(for: &difference, of: index, in: pass) }
        }
        // Elsewhere the same name is another thing.
        if outcome != .ok, pass.task(index).delegate == nil { pass.uncertain.formUnion(resource.effects) }
        var result = TaskResult(outcome, after: .zero, difference: difference)
        result.preview = preview
        return result
    }

    func apply(
        _ change: Change,
        to index: Int,
        in pass: inout Pass,
        _ results: inout TaskResults
    ) async throws -> TaskResult {
        let task = pass.task(index)
        let place = pass.place(index)
        // Only a look at the same host can travel along.
        let looked = place.host == nil ? pass.lookAfter(index).filter { pass.place($0).host == nil } : [index]
        let wrote = Mutex<ShellOutput?>(nil)
        func failed(_ why: String) -> TaskResult {
            // Here already: what became of a task that runs once is reported on other hosts too.
            TaskResult(.failed(session.redaction(why)), after: .zero, difference: change.difference)
        }
        let steps = change.steps.map { $0.adjusted(to: task) }
        session.hide(steps.flatMap(\.allSecrets))
        pass.hasChanged = true
        pass.goStale()
        do {
            let number = pass.number(of: index)
            report(.begun(number))
            await session.noteChange()
            let answers = try await actingSession(place).apply(
                steps,
                as: place.privilege,
                thenObserve: pass.questions(of: looked)[place.host] ?? [:],
                output: { output in wrote.withLock { $0 = output } },
                progress: { report(.line(number, $0)) }
            )
            pass.answer(answers, on: place.host)
        } catch let failure as StepFailure {
            return failed("\(failure)")
        } catch let error as TransportError where place.host != nil {
            return failed("\(place.host ?? ""): \(error)")
        }
        pass.noteLook(at: looked)
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

    /// The present text of the files that would be replaced, or why it cannot be shown.
    func fetchContents(for difference: inout Difference, of index: Int, in pass: Pass) async {
        let wanted = difference.entries.indices.filter {
            if case .content(_, nil, _) = difference.entries[$0] { true } else { false }
        }
        let place = pass.place(index)
        // All in one exchange: a tree may have thousands.
        let sections = wanted.map { ShellSection(PresentContent.script(for: difference.entries[$0])) }
        let outputs = try? await actingSession(place).exchange(sections, as: place.privilege)
        for (number, index) in wanted.enumerated() {
            PresentContent.fill(&difference.entries[index], from: outputs?[number] ?? .skipped)
        }
    }
}

extension Step {
    /// With the environment and the deadline of its task.
    fileprivate func adjusted(to task: Play.Task) -> Step {
        var step = self
        if let deadline = task.deadline { step.deadline = deadline }
        step.environment = task.environment
        return step
    }
}
