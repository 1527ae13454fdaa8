import HostInventory

/// Brings one host into the state that its tasks describe.
///
/// All tasks are looked at in one exchange. A task that must change is applied and seen again in one more, together
/// with the tasks up to the next that is predicted to change, and after the last change together with all that are
/// done. So a converged host costs one exchange, and *k* changes cost *k* + 1, however many tasks there are.
struct Converger: Sendable {
    let session: HostSession
    let privilege: Privilege
    let options: RunOptions
    /// What the hosts of the play share.
    let shared: PlaySharing
    let work: HostTasks
    /// What became of the host in the run that this one resumes.
    let before: RunProgress.Visit
    /// The task's number, and what happened to it.
    let report: @Sendable (Progress) -> Void

    enum Progress: Sendable {
        case started(Int)
        case begun(Int)
        case line(Int, String)
        case finished(Int, TaskResult)
        /// Something failed and nothing rescues it: the host is out.
        case failed
        /// The handlers that are to run and did not yet, whenever they change.
        case pending([String])
    }

    /// What becomes of the host on its way through the play.
    struct State {
        var results: TaskResults
        /// Nothing more is to begin.
        var wasStopped = false
        /// Handlers that a change notified and none after it superseded; they stay until they have run well.
        private(set) var pending: [Handler] = []

        init(check: Bool, after before: RunProgress.Visit, _ work: HostTasks) {
            results = TaskResults(check: check)
            for task in before.changed { results.note(.changed, of: task.resource) }
            let handlers = work.all.flatMap(\.task.handlers)
            pending = before.pending.compactMap { name in handlers.first { $0.name == name } }
        }

        mutating func note(_ changed: Play.Task) {
            pending.removeAll { $0.supersededBy.contains(changed.resourceID) }
            for handler in changed.handlers where !isPending(handler.name) { pending.append(handler) }
        }

        func isPending(_ handler: String) -> Bool { pending.contains { $0.name == handler } }

        mutating func hasRun(_ handler: String) { pending.removeAll { $0.name == handler } }
    }

    /// - Parameter handlersAfterFailure: handlers run also where something failed.
    /// - Throws: `TransportError` and whatever ends the whole host.
    func callAsFunction(handlersAfterFailure: Bool) async throws {
        var state = State(check: options.check, after: before, work)
        if !state.pending.isEmpty { reportPending(state) }
        let isWell = try await converge(work.main, first: 0, &state)
        if state.wasStopped || (!isWell && !handlersAfterFailure) { return }
        _ = try await runHandlers(all: handlersAfterFailure, &state)
    }

    /// Runs what was notified and did not run yet, in the order in which the play's tasks name the handlers.
    ///
    /// - Parameters:
    ///   - all: goes on where a handler failed.
    ///   - isRescued: somebody takes up what fails.
    /// - Returns: `false` where one failed.
    private func runHandlers(all: Bool = false, isRescued: Bool = false, _ state: inout State) async throws
        -> Bool
    {
        var failed: Set<String> = []
        while let handler = work.handlers.first(where: {
            state.isPending($0.name) && !failed.contains($0.name)
        }) {
            if state.wasStopped || (!failed.isEmpty && !all) { break }
            let isWell = try await converge(
                handler.program,
                first: handler.first,
                isRescued: isRescued,
                &state
            )
            if !isWell {
                failed.insert(handler.name)
            } else if !state.wasStopped {
                state.hasRun(handler.name)
                reportPending(state)
            }
        }
        return failed.isEmpty
    }

    private func converge(
        _ program: Program,
        first: Int,
        isRescued: Bool = false,
        _ state: inout State
    ) async throws -> Bool {
        let uncertain = await session.uncertain
        var pass = Pass(program, first: first, privilege: privilege, isRescued: isRescued, uncertain)
        let start = ContinuousClock.now
        try await look(at: program.entries.indices, in: &pass)
        // What the one look took, shared out over those it was for.
        pass.lookShare = start.duration(to: .now) / max(1, program.entries.count)
        var turns = program.turns[...]
        while let turn = turns.first {
            do {
                switch turn {
                case .task(let index): try await come(to: index, in: &pass, &state)
                case .flush(let scope): try await flush(in: scope, &pass, &state)
                }
                turns.removeFirst()
            } catch is PlayStopped {
                state.wasStopped = true
                // Only people's word also stops what always runs.
                if options.interruption.isRequested { break }
                pass.blocks.stop()
            }
        }
        await session.noteUncertain(pass.uncertain)
        if state.wasStopped || pass.blocks.hostFailed { return !pass.blocks.hostFailed }
        return try await isIntact(&pass)
    }

    private func flush(in scope: [Program.Scope], _ pass: inout Pass, _ state: inout State) async throws {
        guard pass.blocks.turn(in: scope) == .runs, !state.pending.isEmpty else { return }
        let isRescued = pass.blocks.isRescued(scope)
        if try await !runHandlers(isRescued: isRescued, &state) { pass.blocks.fail(in: scope) }
        if state.wasStopped { throw PlayStopped() }
        pass.goStale()
    }

    /// The turn of one task, if it has one.
    private func come(to index: Int, in pass: inout Pass, _ state: inout State) async throws {
        let entry = pass.entries[index]
        let number = pass.number(of: index)
        switch pass.blocks.turn(in: entry.scope) {
        case .runs: break
        case .never: return
        case .skipped(let why): return report(.finished(number, TaskResult(.skipped(why), after: .zero)))
        }
        try await shared.awaitTurn(of: entry, on: session.host.name, even: pass.blocks.isStopped)
        if await session.isPoweredOff {
            let result = TaskResult(.skipped("the host was powered off"), after: .zero)
            return report(.finished(number, result))
        }
        if !pass.isFresh(index) { try await look(at: pass.range(from: index), in: &pass) }
        let start = ContinuousClock.now
        var result = try await take(index, in: &pass, &state)
        result.duration = max(pass.lookShare, start.duration(to: .now))
        settle(&result, of: index, in: &pass, &state)
        report(.finished(number, result))
    }

    private func settle(
        _ result: inout TaskResult,
        of index: Int,
        in pass: inout Pass,
        _ state: inout State
    ) {
        let task = pass.task(index)
        state.results.note(result.outcome, of: task.resourceID)
        switch result.outcome {
        case .ok, .changed:
            pass.settle(index)
            // The run that this one resumes began to change it, and was ended before it saw that it had.
            let wasBegun = before.begun.contains(pass.entries[index].id)
            if result.outcome == .changed || wasBegun { noteChange(of: task, &state) }
        case .failed:
            // What was done of it may have changed what was seen.
            pass.goStale()
            if task.ignoresFailure {
                result.pardon = .ignored
                return
            }
            let scope = pass.entries[index].scope
            if pass.isRescued || pass.blocks.isRescued(scope) { result.pardon = .rescued }
            pass.blocks.fail(in: scope)
            if result.pardon == nil { report(.failed) }
        case .unknown, .skipped: break
        }
    }

    private func noteChange(of task: Play.Task, _ state: inout State) {
        state.results.note(.changed, of: task.resourceID)
        let pending = state.pending.map(\.name)
        state.note(task)
        if state.pending.map(\.name) != pending { reportPending(state) }
    }

    private func reportPending(_ state: State) { report(.pending(state.pending.map(\.name))) }

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
        pass.noteLook(at: indices)
    }

    /// Looks once more at everything that was not seen since the last change.
    ///
    /// - Returns: `true` when every task is still as it was left.
    private func isIntact(_ pass: inout Pass) async throws -> Bool {
        let powered = await session.isPoweredOff
        guard pass.hasChanged, pass.settled.count > 1, !powered else { return true }
        try await look(at: pass.settled.filter { !pass.isFresh($0) }, in: &pass)
        var intact = true
        for index in pass.settled {
            let task = pass.task(index)
            guard !task.resource.isAction, !task.ignoresFailure, case .change(let change) = pass.plan(index)
            else { continue }
            intact = false
            let message = "was in the desired state, and a later task undid it: \(change.difference)"
            report(.finished(pass.number(of: index), TaskResult(.failed(message), after: .zero)))
            if !pass.isRescued { report(.failed) }
        }
        return intact
    }
}
