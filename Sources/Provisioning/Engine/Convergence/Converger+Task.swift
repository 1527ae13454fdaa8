import HostInventory

extension Converger {
    /// All that may leave a task out, hold it up or repeat it, and the task.
    func take(_ index: Int, in pass: inout Pass, _ state: inout State) async throws -> TaskResult {
        if let result = try await leaveOut(index, in: &pass, state.results) { return result }
        let entry = pass.entries[index]
        if wasDone(entry) {
            return TaskResult(.skipped("was done in the run that this one resumes"), after: .zero)
        }
        if let refusal = try await shared.refusal(of: entry.planned, on: session.host.name) { return refusal }
        guard entry.task.runsOnce else { return try await takeThrottled(index, in: &pass, &state) }
        if let elsewhere = try await shared.once.claim(entry.sharedName) {
            if let key = entry.task.savedOutput, let output = elsewhere.output {
                state.results.save(output, as: key)
            }
            return elsewhere.result
        }
        return try await takeForAll(index, in: &pass, &state)
    }

    /// Whether an action was done before. States are looked at again, and so is done what leaves a result for others.
    private func wasDone(_ entry: Program.Entry) -> Bool {
        before.changed.contains(entry.id) && entry.task.resource.isAction && entry.task.savedOutput == nil
    }

    /// - Returns: how it ends where it is not even tried: its condition, or what it is made of, says so.
    private func leaveOut(_ index: Int, in pass: inout Pass, _ results: TaskResults) async throws
        -> TaskResult?
    {
        let task = pass.task(index)
        do {
            for condition in task.conditions where try !condition(results) {
                return TaskResult(.skipped("its condition does not hold"), after: .zero)
            }
            guard case .deferred(let make) = task.content else { return nil }
            let resource = try make(results)
            try resource.validate()
            pass.resolve(index, resource)
        } catch let unknown as ResultUnknown {
            return TaskResult(.unknown("\(unknown)"), after: .zero)
        } catch {
            return TaskResult(.failed("\(error)"), after: .zero)
        }
        try await look(at: [index], in: &pass)
        return nil
    }

    /// Does a task that runs once, and tells the other hosts what came of it.
    private func takeForAll(_ index: Int, in pass: inout Pass, _ state: inout State) async throws
        -> TaskResult
    {
        let name = pass.entries[index].sharedName
        do {
            let result = try await takeThrottled(index, in: &pass, &state)
            let output = pass.task(index).savedOutput.flatMap { state.results.output(named: $0) }
            await shared.once.finish(name, on: session.host.name, result.outcome, output: output)
            return result
        } catch let stop as PlayStopped {
            await shared.once.giveBack(name)
            throw stop
        } catch {
            await shared.once.finish(name, on: session.host.name, .failed("\(error)"))
            throw error
        }
    }

    private func takeThrottled(_ index: Int, in pass: inout Pass, _ state: inout State) async throws
        -> TaskResult
    {
        guard let throttle = pass.task(index).throttle else {
            return try await attempt(index, in: &pass, &state)
        }
        let places = shared.throttle(throttle)
        try await places.acquire()
        do {
            try shared.checkStop(even: pass.blocks.isStopped)
            let result = try await attempt(index, in: &pass, &state)
            await places.release()
            return result
        } catch {
            await places.release()
            throw error
        }
    }

    /// As often as its retries allow.
    private func attempt(_ index: Int, in pass: inout Pass, _ state: inout State) async throws -> TaskResult {
        let number = pass.number(of: index)
        report(.started(number))
        let retry = options.check ? nil : pass.task(index).retry
        var attempts = 0
        while true {
            let result = try await converge(index, in: &pass, &state.results)
            guard case .failed(let why) = result.outcome, let retry, attempts < retry.times else {
                return result
            }
            attempts += 1
            report(.line(number, "attempt \(attempts) of \(retry.times + 1) failed: \(why)"))
            try await options.interruption.sleep(for: retry.delay)
            if options.interruption.isRequested { return result }
            pass.goStale()
            try await look(at: [index], in: &pass)
        }
    }

    private func converge(_ index: Int, in pass: inout Pass, _ results: inout TaskResults) async throws
        -> TaskResult
    {
        if options.check { return await predict(index, in: &pass) }
        let plan = pass.plan(index)
        if let refusal = await refusal(of: plan, index, in: pass) {
            return TaskResult(.failed(refusal), after: .zero)
        }
        switch plan {
        case .unchanged: return TaskResult(.ok, after: .zero)
        case .unknown(let why): return TaskResult(.failed("cannot be told: \(why)"), after: .zero)
        case .change(var change):
            if options.diff { await fetchContents(for: &change.difference, of: index, in: pass) }
            return try await apply(change, to: index, in: &pass, &results)
        }
    }

    /// Why what follows is not what the plan that is applied says.
    private func refusal(of plan: Plan, _ index: Int, in pass: Pass) async -> String? {
        guard let expected = options.plan, let key = options.previewKey else { return nil }
        var preview: Preview?
        do {
            if case .change(let change) = plan { preview = try pass.preview(change, of: index, key: key) }
        } catch {
            return "cannot be told: \(error)"
        }
        let isFirst = await !session.wasChanged
        return expected.refusal(of: pass.entries[index].id, on: session.host.name, preview, isFirst: isFirst)
    }
}
