import HostInventory
import Synchronization

extension Run {
    /// Where a word of the command line means no task that is known without facts: looks at the facts of the other hosts,
    /// and changes nothing.
    ///
    /// - Throws: `PreflightError` where it means none of all tasks. Hosts that cannot be asked leave that open until the
    ///   end of the run.
    func refuseUnknownWords(of choice: TaskChoice, in plays: [ChosenPlay]) async throws {
        guard !choice.problems.isEmpty else { return }
        let open = Set(plays.flatMap { play in play.hosts.map(\.name).filter { play.tasks[$0] == nil } })
        let unanswered = Mutex(open)
        await inventory.hosts.filter { open.contains($0.name) }.fanOut(
            atMost: options.forks,
            while: { !isStopping }
        ) { host in
            do {
                try await learn(choice, in: plays, on: host)
                unanswered.withLock { _ = $0.remove(host.name) }
            } catch {
                // The run itself comes to this host, and says what is wrong with it.
            }
        }
        if unanswered.withLock(\.isEmpty), !choice.problems.isEmpty {
            throw PreflightError(problems: choice.problems)
        }
    }

    private func learn(_ choice: TaskChoice, in plays: [ChosenPlay], on host: Inventory.Host) async throws {
        var options = options
        // Only looks.
        options.lock = nil
        let look = Run(inventory: inventory, connector: connector, options: options, reporter: Reporters([]))
        let session = look.session(for: host)
        do {
            try await session.connect()
            for play in plays
            where play.tasks[host.name] == nil && play.hosts.contains(where: { $0.name == host.name }) {
                let facts = try await session.facts(as: play.privilege(on: host))
                _ = try work(try tasks(of: play, on: host, facts: facts), of: play, on: host, choice)
            }
        } catch {
            await session.close()
            throw error
        }
        await session.close()
    }
}
