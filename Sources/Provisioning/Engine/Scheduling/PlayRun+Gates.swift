import HostInventory

extension PlayRun {
    /// Waits until all gates are open that the play has after these hosts.
    ///
    /// - Returns: why the play stops here, where one did not open.
    func failedGate(after hosts: [Inventory.Host]) async -> String? {
        if run.options.check { return nil }
        var opened: Set<[String]> = []
        for host in hosts where ledger.isWell(host.name) {
            do {
                for gate in try await gates(of: host) where !opened.contains(gate.question) {
                    if run.isStopping { return nil }
                    if let failure = await failure(of: gate) {
                        return "since the gate «\(gate)» did not open: \(failure)"
                    }
                    opened.insert(gate.question)
                }
            } catch {
                ledger.noteShutGate()
                return "since the gates of \(host.name) cannot be told: \(error)"
            }
        }
        return nil
    }

    /// The same for hosts that were done in the run that this one resumes, where it was not seen to pass the gates.
    func gateLeftShut(after done: [Inventory.Host]) async -> String? {
        guard let progress = run.options.resume, progress.awaitsGates(of: chosen.name) else { return nil }
        return await failedGate(after: done)
    }

    private func gates(of host: Inventory.Host) async throws -> [Gate] {
        do {
            return try run.gates(of: chosen, on: host, facts: nil)
        } catch is FactsNotGathered {
            let session = try await sessions.connected(host.name)
            let facts = try await session.facts(as: chosen.privilege(on: host))
            return try run.gates(of: chosen, on: host, facts: facts)
        }
    }

    private func failure(of gate: Gate) async -> String? {
        run.reporter.report(.gateStarted(gate.description))
        let start = ContinuousClock.now
        let failure: String?
        do {
            let hosts = try run.hosts(of: gate)
            let interruption = run.options.interruption
            failure = await GateWatch(
                gate: gate,
                hosts: hosts,
                sessions: sessions,
                interruption: interruption
            ).failure()
        } catch {
            failure = "\(error)"
        }
        if failure != nil { ledger.noteShutGate() }
        run.reporter.report(
            .gateFinished(gate.description, after: start.duration(to: .now), failure: failure)
        )
        return failure
    }
}
