import HostInventory

extension Run {
    /// What stands in the way of going on where an earlier run stopped, as far as it can be told without facts.
    func resumeProblems(with plays: [ChosenPlay]) -> [String] {
        guard let progress = options.resume else { return [] }
        return progress.unfinished.compactMap { name, host -> String? in
            guard let play = plays.first(where: { $0.name == name }) else {
                return
                    "cannot resume: the play «\(name)» was begun on \(host), and there is no such play any more"
            }
            guard let host = play.hosts.first(where: { $0.name == host }) else {
                return
                    "cannot resume: the play «\(name)» was begun on \(host), which is not among its hosts any more"
            }
            do {
                // What is wrong with the tasks themselves, the preflight says.
                guard let tasks = try? tasks(of: play, on: host, facts: nil) else { return nil }
                let work = try HostTasks(tasks, play: name, redaction: redactions[host.name])
                try progress.requireMatch(work, of: host.name, in: name)
                return nil
            } catch {
                return "\(error)"
            }
        }
    }
}

extension RunProgress {
    /// Makes sure that what is remembered of a host means something among its present tasks.
    ///
    /// - Throws: `ResumeError`.
    func requireMatch(_ work: HostTasks, of host: String, in play: String) throws {
        let visit = visit(of: host, in: play)
        let known = Set(work.all.map(\.id))
        let missing = visit.changed.union(visit.begun).subtracting(known).map {
            "the task «\($0)», which was begun"
        }
        let handlers = visit.pending.filter { name in !work.handlers.contains { $0.name == name } }
            .map { "the handler «\($0)», which is due" }
        guard let first = (handlers + missing.sorted()).first else { return }
        throw ResumeError(
            description: "cannot resume on \(host): the play «\(play)» has not any more \(first). "
                + "Put that back, or run the playbook anew and see to what is due by hand"
        )
    }

    /// What a host remembers as it comes to its tasks again.
    func visit(of host: String, in play: String, with work: HostTasks) -> Visit {
        var visit = visit(of: host, in: play)
        let once = work.main.entries.filter { $0.task.runsOnce && wasChanged($0.id) }
        visit.changed.formUnion(once.map(\.id))
        return visit
    }
}

/// The playbook or the inventory is not any more what the earlier run had.
struct ResumeError: Error, CustomStringConvertible {
    let description: String
}
