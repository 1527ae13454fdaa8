import HostInventory

/// Waits for a gate to open.
struct GateWatch: Sendable {
    let gate: Gate
    let hosts: [Inventory.Host]
    let sessions: SessionPool
    let interruption: Interruption

    /// For one look at one host.
    private static let lookDeadline: Duration = .seconds(10)

    /// - Returns: `nil` as soon as it is open; after the deadline, or where the run is to stop, what was seen last.
    func failure() async -> String? {
        let end = ContinuousClock.now + gate.timing.deadline
        var opened: (at: ContinuousClock.Instant, what: String)?
        var seen = "nothing was seen"
        while !interruption.isStopping {
            let verdict = gate.verdict(await look())
            let now = ContinuousClock.now
            switch verdict {
            case .open(let what):
                let since = opened?.what == what ? opened?.at ?? now : now
                if since.duration(to: now) >= gate.timing.steadiness { return nil }
                opened = (since, what)
                seen = "it holds, but not yet for \(gate.timing.steadiness.brief)"
            case .shut(let instead):
                opened = nil
                seen = instead
            }
            guard ContinuousClock.now + gate.timing.interval <= end else {
                return "\(seen), still after \(gate.timing.deadline.brief)"
            }
            // Cancelled it ends at once, and the run is to stop.
            try? await interruption.sleep(for: gate.timing.interval)
        }
        return "\(seen), when the run was stopped"
    }

    private func look() async -> [Gate.Answer] {
        await withTaskGroup { group in
            for (index, host) in hosts.enumerated() {
                group.addTask { (index, await look(at: host)) }
            }
            var answers: [(Int, Gate.Answer)] = []
            for await answer in group { answers.append(answer) }
            return answers.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func look(at host: Inventory.Host) async -> Gate.Answer {
        let result: Result<ShellOutput, Gate.Answer.Failure>
        do {
            let session = try await sessions.connected(host.name)
            let section = ShellSection(gate.script, deadline: Self.lookDeadline)
            let outputs = try await session.exchange([section], as: gate.privilege)
            guard case .ran(let output) = outputs[0] else { throw Gate.Answer.Failure("was not asked") }
            result = .success(output)
        } catch {
            // A connection that was lost is made anew for the next look.
            if error is TransportError { await sessions.session(of: host.name)?.close() }
            result = .failure(Gate.Answer.Failure("\(error)"))
        }
        return Gate.Answer(host: host.name, result: result)
    }
}
