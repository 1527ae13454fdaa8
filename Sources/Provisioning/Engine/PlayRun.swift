import HostInventory
import Synchronization

/// One play over its hosts, in batches; within a batch hosts proceed independently, `forks` of them at a time.
struct PlayRun: Sendable {
    let run: Run
    let play: Play
    let hosts: [Inventory.Host]
    let sessions: SessionPool
    let ledger: Ledger
    let starts: StartPoint

    /// - Returns: `false` where the plays after it are not to run.
    func callAsFunction() async -> Bool {
        let well = ordered(hosts.filter { ledger.isWell($0.name) })
        guard !well.isEmpty else {
            if !hosts.isEmpty {
                run.reporter.report(.notice(host: nil, "play «\(play.title)»: none of its hosts is left"))
            }
            return true
        }
        let lockstep = play.strategy == .lockstep ? Lockstep(forks: run.options.forks) : nil
        let shared = PlaySharing(sessions: sessions, lockstep: lockstep, options: run.options)
        let batches = play.serial?.batches(of: well) ?? [well]
        for (number, batch) in batches.enumerated() {
            run.reporter.report(
                .playStarted(
                    title: play.title,
                    hosts: batch.map(\.name),
                    batch: (number + 1, of: batches.count)
                )
            )
            let notBegun = await work(on: batch, of: well, shared)
            run.reporter.report(.playFinished)
            if Task.isCancelled { return false }
            let left = notBegun + batches[(number + 1)...].flatMap { $0 }.map(\.name)
            if let reason = stopReason(among: well, shared) {
                if !left.isEmpty || shared.isStopped { stop(reason, left) }
                return !shared.isStopped
            }
            if number + 1 < batches.count, let reason = await failedGate() {
                stop(reason, left)
                return true
            }
        }
        return true
    }

    private func stop(_ reason: String, _ left: [String]) {
        let rest = left.isEmpty ? "" : "; not done: " + left.joined(separator: ", ")
        run.reporter.report(.notice(host: nil, "play «\(play.title)» stops here, \(reason)\(rest)"))
    }

    /// Why no further host begins; `nil` where one may.
    private func stopReason(among hosts: [Inventory.Host], _ shared: PlaySharing) -> String? {
        let lost = hosts.map(\.name).filter { !ledger.isWell($0) }
        if shared.isStopped {
            return lost.isEmpty ? "since that was wanted" : "since \(lost.joined(separator: ", ")) failed"
        }
        guard let most = play.maxFailures?.count(of: hosts.count), lost.count > most else { return nil }
        return "since \(lost.joined(separator: ", ")) failed"
    }

    private func failedGate() async -> String? {
        if run.options.check { return nil }
        for gate in play.gates {
            run.reporter.report(.notice(host: nil, "waits for \(gate)"))
            if let reason = await gate.failure() { return "since the gate «\(gate)» did not open: \(reason)" }
        }
        return nil
    }

    private func ordered(_ hosts: [Inventory.Host]) -> [Inventory.Host] {
        let names = Set(hosts.map(\.name))
        let listed = run.inventory.hosts.filter { names.contains($0.name) }
        switch play.order {
        case .pattern: return hosts
        case .inventory: return listed
        case .reverse: return listed.reversed()
        case .shuffled(let seed):
            let seed = seed ?? .random(in: 0 ... .max)
            var generator = SeededGenerator(seed: seed)
            run.reporter.report(
                .notice(host: nil, "play «\(play.title)»: hosts are shuffled with seed \(seed)")
            )
            return listed.shuffled(using: &generator)
        case .explicit(let first):
            let chosen = first.compactMap { name in hosts.first { $0.name == name } }
            return chosen + hosts.filter { !first.contains($0.name) }
        }
    }

    /// - Returns: hosts that did not begin, since the play was stopped.
    private func work(
        on batch: [Inventory.Host],
        of all: [Inventory.Host],
        _ shared: PlaySharing
    ) async -> [String] {
        // In lockstep all hosts are on their way, and `forks` of them at work.
        await shared.lockstep?.begin(batch.map(\.name))
        let atOnce = shared.lockstep == nil ? max(1, run.options.forks) : batch.count
        return await withTaskGroup(of: Void.self) { group in
            var waiting = batch.makeIterator()
            func begin() {
                if stopReason(among: all, shared) == nil, let host = waiting.next() {
                    group.addTask { await work(on: host, shared) }
                }
            }
            for _ in 0..<atOnce { begin() }
            for await _ in group { begin() }
            return Array(IteratorSequence(waiting)).map(\.name)
        }
    }

    private func work(on host: Inventory.Host, _ shared: PlaySharing) async {
        await shared.lockstep?.enter()
        await visit(host, shared)
        await shared.lockstep?.leave(host.name)
        if play.anyFailureStopsAll, !ledger.isWell(host.name) { shared.stopAll() }
        run.reporter.report(.hostFinished(host: host.name))
    }

    private func visit(_ host: Inventory.Host, _ shared: PlaySharing) async {
        guard let session = await sessions.session(of: host.name) else { return }
        if await session.isPoweredOff {
            run.reporter.report(.notice(host: host.name, "was powered off in this run"))
            return
        }
        do {
            try await connect(session)
        } catch {
            await session.close()
            if Task.isCancelled { return }
            ledger.markUnreachable(host.name, "\(error)")
            run.reporter.report(.unreachable(host: host.name, reason: "\(error)"))
            return
        }
        do {
            try await converge(session, shared)
        } catch let error as TransportError where error.code != .authentication {
            await session.close()
            if Task.isCancelled { return }
            ledger.markUnreachable(host.name, error.message)
            run.reporter.report(.unreachable(host: host.name, reason: error.message))
        } catch {
            await session.close()
            fail(host.name, "\(error)")
        }
    }

    private func connect(_ session: HostSession) async throws {
        guard await !session.isConnected else { return }
        let start = ContinuousClock.now
        _ = try await sessions.connected(session.host.name)
        run.reporter.report(.connected(host: session.host.name, after: start.duration(to: .now)))
    }

    private func converge(_ session: HostSession, _ shared: PlaySharing) async throws {
        let host = session.host
        let tasks: [Play.Task]
        do {
            tasks = try run.tasks(of: play, on: host, facts: await session.gatheredFacts)
        } catch is FactsNotGathered {
            tasks = try run.tasks(of: play, on: host, facts: try await session.facts(as: privilege(on: host)))
        }
        var work = try HostTasks(tasks, where: { run.options.tags.includes($0.tags) })
        try starts.apply(to: &work, of: host.name)
        run.reporter.report(.planned(host: host.name, headings: work.headings))
        await shared.lockstep?.join(host.name, tasks: work.main.entries.map(\.identity))
        let converger = Converger(
            session: session,
            privilege: privilege(on: host),
            options: run.options,
            shared: shared,
            work: work
        ) { progress in
            report(progress, on: host.name)
        }
        let outcome = try await converger(handlersAfterFailure: play.handlersAfterFailure)
        if outcome.failed { ledger.markFailed(host.name) }
        if !outcome.notified.isEmpty {
            let names = outcome.notified.sorted().joined(separator: ", ")
            let reason = outcome.failed ? "since a task failed" : "since the play was stopped"
            run.reporter.report(.notice(host: host.name, "not run, \(reason): \(names)"))
        }
    }

    /// The play's; where it names none, the inventory's `ansible_become`.
    private func privilege(on host: Inventory.Host) -> Privilege {
        guard play.privilege == .login, let settings = try? host.connection, settings.become == true else {
            return play.privilege
        }
        return settings.becomeUser.map { $0 == "root" ? .root : .user($0) } ?? .root
    }

    private func report(_ progress: Converger.Progress, on host: String) {
        switch progress {
        case .started(let task): run.reporter.report(.taskStarted(host: host, task: task))
        case .line(let task, let line): run.reporter.report(.progress(host: host, task: task, line: line))
        case .finished(let task, let result):
            ledger.count(result, on: host)
            run.reporter.report(.taskFinished(host: host, task: task, result))
        }
    }

    /// The host did not get through its tasks, for a reason that is not one task's.
    private func fail(_ host: String, _ reason: String) {
        if Task.isCancelled { return }
        ledger.markFailed(host)
        ledger.count(TaskResult(.failed(reason), after: .zero), on: host)
        run.reporter.report(.notice(host: host, "failed: \(reason)"))
    }
}

/// Where each host begins, for `--start-at`.
final class StartPoint: Sendable {
    private let title: String?
    private let begun = Mutex<Set<String>>([])

    init(title: String?) { self.title = title }

    /// Leaves out what comes before the start on that host, also in later plays until it has come.
    func apply(to work: inout HostTasks, of host: String) throws {
        guard let title, !begun.withLock({ $0.contains(host) }) else { return }
        if try work.start(at: { $0.title == title || $0.heading == title }) {
            begun.withLock { _ = $0.insert(host) }
        }
    }
}
