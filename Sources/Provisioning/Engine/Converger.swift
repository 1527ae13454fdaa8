import HostInventory

/// Brings one host into the state that its tasks describe.
///
/// All tasks are looked at in one exchange. A task that must change is applied and seen again in one more, together
/// with the tasks up to the next that is predicted to change; at the end all are looked at once more. So a converged
/// host costs one exchange, and *k* changes cost *k* + 2, however many tasks there are.
struct Converger: Sendable {
    let session: HostSession
    let privilege: Privilege
    let options: RunOptions
    /// What the hosts of the play share.
    let shared: PlaySharing
    let work: HostTasks
    /// The task's number, and what happened to it.
    let report: @Sendable (Progress) -> Void

    enum Progress: Sendable {
        case started(Int)
        case line(Int, String)
        case finished(Int, TaskResult)
    }

    struct Outcome: Sendable {
        var failed = false
        /// The play was stopped before the last task.
        var wasStopped = false
        var results: TaskResults
        private var pending: [Handler] = []

        init(check: Bool) { results = TaskResults(check: check) }

        /// Handlers that a change notified and none after it superseded.
        var notified: Set<String> { Set(pending.map(\.name)) }

        mutating func note(_ changed: Play.Task) {
            pending.removeAll { $0.supersededBy.contains(changed.resourceID) }
            pending += changed.handlers
        }

        mutating func takeNotified() -> Set<String> {
            defer { pending = [] }
            return notified
        }
    }

    /// - Parameter handlersAfterFailure: handlers run also where a task failed.
    /// - Throws: `TransportError` and whatever ends the whole host.
    func callAsFunction(handlersAfterFailure: Bool) async throws -> Outcome {
        var outcome = Outcome(check: options.check)
        try await converge(work.main, first: 0, &outcome)
        if outcome.wasStopped || (outcome.failed && !handlersAfterFailure) { return outcome }
        try await runHandlers(&outcome)
        return outcome
    }

    /// Runs what was notified since handlers ran last, in the order in which the play's tasks name them.
    private func runHandlers(_ outcome: inout Outcome) async throws {
        let notified = outcome.takeNotified()
        for handler in work.handlers where notified.contains(handler.name) {
            var ended = Outcome(check: options.check)
            try await converge(handler.program, first: handler.first, &ended)
            if ended.failed { outcome.failed = true }
        }
    }

    private func converge(_ program: Program, first: Int, _ outcome: inout Outcome) async throws {
        var pass = Pass(program, privilege: privilege, uncertain: await session.uncertain)
        let lookStart = ContinuousClock.now
        try await look(at: program.entries.indices, in: &pass)
        // What the one look took, shared out over those it was for.
        let share = lookStart.duration(to: .now) / max(1, program.entries.count)
        for (index, entry) in program.entries.enumerated() {
            switch pass.blocks.turn(in: entry.scope) {
            case .runs: break
            case .never: continue
            case .skipped(let why):
                report(.finished(first + index, TaskResult(.skipped(why), after: .zero)))
                continue
            }
            guard await shared.mayStart(entry, on: session.host.name) else {
                outcome.wasStopped = true
                break
            }
            if await session.isPoweredOff {
                report(
                    .finished(first + index, TaskResult(.skipped("the host was powered off"), after: .zero))
                )
                continue
            }
            if entry.flushesFirst, !outcome.notified.isEmpty {
                try await runHandlers(&outcome)
                pass.freshUntil = index - 1
                if outcome.failed, !pass.blocks.fail(in: entry.scope) { continue }
            }
            if index > pass.freshUntil {
                let last = pass.nextChange(after: index - 1) ?? program.entries.count - 1
                try await look(at: index...max(index, last), in: &pass)
            }
            let start = ContinuousClock.now
            var result = try await take(index, number: first + index, in: &pass, &outcome)
            result.duration = max(share, start.duration(to: .now))
            settle(&result, of: index, in: &pass, &outcome)
            report(.finished(first + index, result))
        }
        await session.noteUncertain(pass.uncertain)
        outcome.failed = outcome.failed || pass.blocks.hostFailed
        if outcome.failed { return }
        if try await !isIntact(first: first, in: &pass) { outcome.failed = true }
    }

    private func settle(
        _ result: inout TaskResult,
        of index: Int,
        in pass: inout Pass,
        _ outcome: inout Outcome
    ) {
        let task = pass.task(index)
        outcome.results.note(result.outcome, of: task.resourceID)
        switch result.outcome {
        case .ok: pass.settled.append(index)
        case .changed:
            pass.settled.append(index)
            outcome.note(task)
        case .failed:
            // What was done of it may have changed what was seen.
            pass.freshUntil = index
            if !task.ignoresFailure { result.isRescued = pass.blocks.fail(in: pass.entries[index].scope) }
        case .unknown, .skipped: break
        }
    }

    func look(at range: some Sequence<Int>, in pass: inout Pass) async throws {
        let indices = Array(range)
        for (host, questions) in pass.questions(of: indices) {
            guard let host else {
                pass.answer(try await session.observe(questions), on: nil)
                continue
            }
            do {
                let delegate = try await shared.sessions.connected(host)
                pass.answer(try await delegate.observe(questions), on: host)
            } catch {
                try Task.checkCancellation()
                pass.lose(host, "\(error)")
            }
        }
        pass.freshUntil = max(pass.freshUntil, indices.last ?? -1)
    }

    // MARK: One task

    /// All that may hold a task up or leave it out, and then the task.
    private func take(_ index: Int, number: Int, in pass: inout Pass, _ outcome: inout Outcome) async throws
        -> TaskResult
    {
        let task = pass.task(index)
        do {
            for condition in task.conditions where try !condition(outcome.results) {
                return TaskResult(.skipped("its condition does not hold"), after: .zero)
            }
            if case .deferred(let resource) = task.content {
                let resource = try resource(outcome.results)
                try resource.validate()
                pass.resolve(index, resource)
                try await look(at: [index], in: &pass)
            }
        } catch let unknown as ResultUnknown {
            return TaskResult(.unknown("\(unknown)"), after: .zero)
        } catch let error as TransportError {
            throw error
        } catch {
            try Task.checkCancellation()
            return TaskResult(.failed("\(error)"), after: .zero)
        }
        if let refusal = await shared.refusal(of: task, on: session.host.name) { return refusal }
        guard task.runsOnce || task.throttle != nil else {
            return try await attempt(index, number: number, in: &pass, &outcome.results)
        }
        let identity = pass.entries[index].identity
        if task.runsOnce, let elsewhere = await shared.once.claim(identity) {
            if let key = task.savedOutput, let output = elsewhere.output {
                outcome.results.save(output, as: key)
            }
            return elsewhere.result
        }
        let throttle = task.throttle.map { shared.throttle(identity, $0) }
        await throttle?.acquire()
        var result: TaskResult
        do {
            result = try await attempt(index, number: number, in: &pass, &outcome.results)
        } catch {
            await throttle?.release()
            if task.runsOnce {
                await shared.once.finish(identity, on: session.host.name, .failed("\(error)"))
            }
            throw error
        }
        await throttle?.release()
        if task.runsOnce {
            let output = task.savedOutput.flatMap { outcome.results.output(named: $0) }
            await shared.once.finish(identity, on: session.host.name, result.outcome, output: output)
        }
        return result
    }

    /// As often as its retries allow.
    private func attempt(_ index: Int, number: Int, in pass: inout Pass, _ results: inout TaskResults)
        async throws -> TaskResult
    {
        report(.started(number))
        let retry = pass.task(index).retry
        let times = options.check ? 0 : retry?.times ?? 0
        var attempts = 0
        while true {
            let result = try await converge(index, number: number, in: &pass, &results)
            guard case .failed(let why) = result.outcome, attempts < times, let retry else { return result }
            attempts += 1
            report(.line(number, "attempt \(attempts) of \(times + 1) failed: \(why)"))
            try await Task.sleep(for: retry.delay)
            pass.freshUntil = min(pass.freshUntil, index - 1)
            try await look(at: [index], in: &pass)
        }
    }

    private func converge(_ index: Int, number: Int, in pass: inout Pass, _ results: inout TaskResults)
        async throws -> TaskResult
    {
        if options.check { return await predict(index, in: &pass) }
        switch pass.plan(index) {
        case .unchanged: return TaskResult(.ok, after: .zero)
        case .unknown(let why): return TaskResult(.failed("cannot be told: \(why)"), after: .zero)
        case .change(var change):
            if options.diff { await fetchContents(for: &change.difference, of: index, in: pass) }
            return try await apply(change, to: index, number: number, in: &pass, &results)
        }
    }
}
