import HostInventory

extension PlayRun {
    /// Takes one host through the play, and notes what becomes of it.
    func visit(_ host: Inventory.Host, _ shared: PlaySharing) async {
        var isDone = false
        defer { run.reporter.report(.hostFinished(host: host.name, isDone: isDone)) }
        guard let session = await sessions.session(of: host.name) else { return }
        if await session.isPoweredOff {
            run.reporter.report(.notice(host: host.name, "was powered off in this run"))
            return
        }
        do {
            try await connect(session)
            try await converge(session, shared)
        } catch {
            await session.close()
            if !Task.isCancelled {
                lose(host.name, error)
                stopWhereAsked(shared)
            }
        }
        reportHandlersLeft(on: host.name)
        isDone = ledger.isWell(host.name) && !run.isStopping && !shared.isStopped
    }

    private func connect(_ session: HostSession) async throws {
        guard await !session.isConnected else { return }
        let start = ContinuousClock.now
        do {
            try await session.connect()
        } catch {
            throw Unreachable(reason: "\(error)")
        }
        run.reporter.report(.connected(host: session.host.name, after: start.duration(to: .now)))
    }

    private struct Unreachable: Error {
        let reason: String
    }

    private func converge(_ session: HostSession, _ shared: PlaySharing) async throws {
        let host = session.host.name
        let work = try await work(of: session)
        let before = try remembered(by: host, with: work)
        run.reporter.report(.planned(host: host, tasks: work.all.map(\.planned)))
        ledger.expect(work.main.entries.count, on: host)
        await shared.lockstep?.join(host, tasks: work.main.entries.map(\.sharedName))
        let converger = Converger(
            session: session,
            privilege: chosen.privilege(on: session.host),
            options: run.options,
            shared: shared,
            work: work,
            before: before,
            report: { report($0, on: host, work, shared) }
        )
        try await converger(handlersAfterFailure: play.handlersAfterFailure)
    }

    /// What became of the host in this play, in the run that this one resumes.
    ///
    /// - Throws: `ResumeError`.
    private func remembered(by host: String, with work: HostTasks) throws -> RunProgress.Visit {
        guard let progress = run.options.resume else { return RunProgress.Visit() }
        try progress.requireMatch(work, of: host, in: chosen.name)
        let visit = progress.visit(of: host, in: chosen.name, with: work)
        if !visit.pending.isEmpty {
            run.reporter.report(.notice(host: host, "still due: \(visit.pending.joined(separator: ", "))"))
        }
        return visit
    }

    private func work(of session: HostSession) async throws -> HostTasks {
        let host = session.host
        if let known = chosen.tasks[host.name] { return try run.work(known, of: chosen, on: host, choice) }
        let facts = try await session.facts(as: chosen.privilege(on: host))
        return try run.work(try run.tasks(of: chosen, on: host, facts: facts), of: chosen, on: host, choice)
    }

    private func report(
        _ progress: Converger.Progress,
        on host: String,
        _ work: HostTasks,
        _ shared: PlaySharing
    ) {
        switch progress {
        case .started(let task): run.reporter.report(.taskStarted(host: host, task: task))
        case .begun(let task): run.reporter.report(.changeBegun(host: host, task: task))
        case .line(let task, let line): run.reporter.report(.progress(host: host, task: task, line: line))
        case .finished(let task, let result):
            ledger.count(result, on: host, wasExpected: task < work.main.entries.count)
            run.reporter.report(.taskFinished(host: host, task: task, result))
        case .failed:
            ledger.markFailed(host)
            stopWhereAsked(shared)
        case .pending(let handlers):
            let tasks = work.handlers.filter { handlers.contains($0.name) }.map(\.program.entries.count)
            ledger.setPending(handlers, tasks: tasks.reduce(0, +), on: host)
            run.reporter.report(.handlersPending(host: host, handlers: handlers))
        }
    }

    private func stopWhereAsked(_ shared: PlaySharing) { if play.anyFailureStopsAll { shared.stopAll() } }

    /// The host did not get through its tasks, for a reason that is not one task's.
    private func lose(_ host: String, _ error: any Error) {
        let reason: String
        switch error {
        case let error as Unreachable: reason = error.reason
        case let error as TransportError where error.code != .authentication: reason = error.message
        default:
            ledger.markFailed(host)
            ledger.count(TaskResult(.failed("\(error)"), after: .zero), on: host, wasExpected: true)
            run.reporter.report(.notice(host: host, "failed: \(error)"))
            return
        }
        ledger.markUnreachable(host, reason)
        run.reporter.report(.unreachable(host: host, reason: reason))
    }

    private func reportHandlersLeft(on host: String) {
        let handlers = ledger.takePending(on: host)
        guard !handlers.isEmpty else { return }
        let reason =
            if ledger.line(of: host).unreachable != nil {
                "since the host was lost"
            } else {
                ledger.isWell(host) ? "since the run was stopped" : "since a task failed"
            }
        run.reporter.report(
            .notice(host: host, "not run, \(reason): \(handlers.joined(separator: ", "))")
        )
    }
}
