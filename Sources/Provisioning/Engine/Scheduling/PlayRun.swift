import HostInventory

/// One play over its hosts, in batches; within a batch `forks` hosts at a time are at work.
struct PlayRun: Sendable {
    let run: Run
    let chosen: ChosenPlay
    let sessions: SessionPool
    let ledger: Ledger
    let choice: TaskChoice

    var play: Play { chosen.play }

    /// - Returns: `false` where the plays after it are not to run, since it stopped before its end.
    func callAsFunction() async -> Bool {
        let done = chosen.hosts.map(\.name).filter {
            run.options.resume?.isDone($0, in: chosen.name) ?? false
        }
        if !done.isEmpty { say("\(name) was done before on \(done.joined(separator: ", "))") }
        let left = chosen.hosts.filter { !done.contains($0.name) }
        let hosts = ordered(left.filter { ledger.isWell($0.name) })
        if let reason = await gateLeftShut(after: chosen.hosts.filter { done.contains($0.name) }) {
            sayStop(reason, hosts.map(\.name))
            return false
        }
        guard !hosts.isEmpty else {
            if !left.isEmpty { say("\(name): none of its hosts is left") }
            return true
        }
        let lockstep = play.strategy == .lockstep ? Lockstep(forks: run.options.forks) : nil
        let shared = PlaySharing(sessions: sessions, lockstep: lockstep, options: run.options)
        let batches = play.serial?.batches(of: hosts) ?? [hosts]
        for (number, batch) in batches.enumerated() {
            run.reporter.report(
                .playStarted(
                    title: play.title,
                    hosts: batch.map(\.name),
                    batch: (number + 1, of: batches.count)
                )
            )
            let notBegun = await work(on: batch, of: hosts, shared)
            run.reporter.report(.playFinished)
            let left = (notBegun + batches[(number + 1)...].flatMap(\.self)).map(\.name)
            var reason = failures(among: hosts, shared)
            if reason == nil { reason = await failedGate(after: batch) }
            if run.isStopping || reason != nil {
                sayStop(reason, left)
                return false
            }
        }
        return true
    }

    private var name: String { "play «\(play.title)»" }

    private func say(_ text: String) { run.reporter.report(.notice(host: nil, text)) }

    /// - Parameter reason: where nobody stopped the run.
    private func sayStop(_ reason: String?, _ left: [String]) {
        let rest = left.joined(separator: ", ")
        if let reason, !run.isStopping {
            say("\(name) stops here, \(reason)" + (left.isEmpty ? "" : "; not done: \(rest)"))
        } else if !left.isEmpty {
            say("\(name) was stopped; not begun: \(rest)")
        }
    }

    /// The failures for which no further host begins; `nil` where one may.
    private func failures(among hosts: [Inventory.Host], _ shared: PlaySharing) -> String? {
        let lost = hosts.map(\.name).filter { !ledger.isWell($0) }
        let most = shared.isStopped ? 0 : play.maxFailures?.count(of: hosts.count) ?? .max
        return lost.count > most ? "since \(lost.joined(separator: ", ")) failed" : nil
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
            say("\(name): hosts are shuffled with seed \(seed)")
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
    ) async -> ArraySlice<Inventory.Host> {
        await shared.lockstep?.begin(batch.map(\.name))
        return await batch.fanOut(
            // In lockstep all hosts are on their way, and `forks` of them at work.
            atMost: shared.lockstep == nil ? run.options.forks : batch.count,
            while: { !run.isStopping && failures(among: all, shared) == nil }
        ) { host in
            if let lockstep = shared.lockstep {
                await lockstep.take(host.name) { await visit(host, shared) }
            } else {
                await visit(host, shared)
            }
        }
    }
}
