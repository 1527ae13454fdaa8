import HostInventory

/// One play over its hosts, in batches; within a batch hosts proceed independently, `forks` of them at a time.
struct PlayRun: Sendable {
    let run: Run
    let play: Play
    let hosts: [Inventory.Host]
    let sessions: [String: HostSession]
    let ledger: Ledger

    func callAsFunction() async {
        let well = hosts.filter { ledger.isWell($0.name) }
        guard !well.isEmpty else {
            if !hosts.isEmpty {
                run.reporter.report(.notice(host: nil, "play «\(play.title)»: none of its hosts is left"))
            }
            return
        }
        let batches = batches(of: well)
        for (number, batch) in batches.enumerated() {
            run.reporter.report(
                .playStarted(
                    title: play.title,
                    hosts: batch.map(\.name),
                    batch: (number + 1, of: batches.count)
                )
            )
            await work(on: batch)
            run.reporter.report(.playFinished)
            if run.isStopping {
                let left = batches[(number + 1)...].flatMap { $0 }.map(\.name)
                if !left.isEmpty { notBegun(left) }
                return
            }
            let lost = batch.filter { !ledger.isWell($0.name) }.map(\.name)
            if !lost.isEmpty, number + 1 < batches.count {
                let left = batches[(number + 1)...].flatMap { $0 }.map(\.name)
                let message = "stops here, since \(lost.joined(separator: ", ")) failed; not done: "
                run.reporter.report(
                    .notice(host: nil, "play «\(play.title)» " + message + left.joined(separator: ", "))
                )
                return
            }
        }
    }

    private func batches(of hosts: [Inventory.Host]) -> [[Inventory.Host]] {
        guard let serial = play.serial else { return [hosts] }
        let size = serial.batchSize(of: hosts.count)
        return stride(from: 0, to: hosts.count, by: size).map {
            Array(hosts[$0..<min($0 + size, hosts.count)])
        }
    }

    private func work(on batch: [Inventory.Host]) async {
        await withTaskGroup { group in
            var waiting = batch.makeIterator()
            for _ in 0..<max(1, run.options.forks) {
                guard let host = waiting.next() else { break }
                group.addTask { await work(on: host) }
            }
            for await _ in group where !run.isStopping {
                if let host = waiting.next() { group.addTask { await work(on: host) } }
            }
            let left = Array(IteratorSequence(waiting)).map(\.name)
            if !left.isEmpty { notBegun(left) }
        }
    }

    private func notBegun(_ hosts: [String]) {
        let message = "play «\(play.title)» was stopped; not begun: \(hosts.joined(separator: ", "))"
        run.reporter.report(.notice(host: nil, message))
    }

    private func work(on host: Inventory.Host) async {
        defer { run.reporter.report(.hostFinished(host: host.name)) }
        guard let session = sessions[host.name] else { return }
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
            try await converge(session)
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
        try await session.connect()
        run.reporter.report(.connected(host: session.host.name, after: start.duration(to: .now)))
    }

    private func converge(_ session: HostSession) async throws {
        let host = session.host
        let tasks: [Play.Task]
        do {
            tasks = try run.tasks(of: play, on: host, facts: await session.gatheredFacts)
        } catch is FactsNotGathered {
            tasks = try run.tasks(of: play, on: host, facts: try await session.facts(as: privilege(on: host)))
        }
        let handlers = unique(tasks.flatMap(\.handlers))
        let all = tasks + handlers.flatMap(\.tasks)
        run.reporter.report(.planned(host: host.name, headings: all.map(\.heading)))
        ledger.expect(tasks.count, on: host.name)
        let converger = Converger(session: session, privilege: privilege(on: host), options: run.options) {
            progress in
            report(progress, on: host.name)
        }
        let outcome = try await converger.converge(tasks)
        let notified = Set(outcome.notified.map(\.name))
        let pending = handlers.filter { notified.contains($0.name) }
        ledger.expect(pending.reduce(0) { $0 + $1.tasks.count }, on: host.name)
        if outcome.failed || outcome.wasStopped || run.isStopping {
            if outcome.failed { ledger.markFailed(host.name) }
            if !notified.isEmpty {
                let names = notified.sorted().joined(separator: ", ")
                let reason = outcome.failed ? "since a task failed" : "since the run was stopped"
                run.reporter.report(.notice(host: host.name, "not run, \(reason): \(names)"))
            }
            return
        }
        var first = tasks.count
        for handler in handlers {
            if notified.contains(handler.name) {
                if try await converger.converge(handler.tasks, first: first).failed {
                    ledger.markFailed(host.name)
                    return
                }
            }
            first += handler.tasks.count
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
            ledger.count(result.outcome, on: host)
            run.reporter.report(.taskFinished(host: host, task: task, result))
        }
    }

    /// The host did not get through its tasks, for a reason that is not one task's.
    private func fail(_ host: String, _ reason: String) {
        if Task.isCancelled { return }
        ledger.markFailed(host)
        ledger.count(.failed(reason), on: host)
        run.reporter.report(.notice(host: host, "failed: \(reason)"))
    }

    private func unique(_ handlers: [Handler]) -> [Handler] {
        var seen = Set<String>()
        return handlers.filter { seen.insert($0.name).inserted }
    }
}
