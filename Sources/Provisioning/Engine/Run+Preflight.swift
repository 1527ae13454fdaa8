import HostInventory

/// A play of this run, with the hosts that its pattern and `--limit` select.
struct ChosenPlay: Sendable {
    /// The play's title, with a number where an earlier one has the same.
    let name: String
    let play: Play
    let hosts: [Inventory.Host]
    /// By host, where they are known without facts.
    var tasks: [String: [Play.Task]] = [:]

    /// The play's; where it names none, the inventory's `ansible_become`.
    func privilege(on host: Inventory.Host) -> Privilege {
        play.privilege == .login ? host.privilege() : play.privilege
    }
}

extension Run {
    /// Selects every play's hosts and computes their tasks, as far as that goes without facts.
    ///
    /// - Returns: the plays, and what is known of the choice of their tasks.
    /// - Throws: `PreflightError` with all that is wrong.
    func preflight(_ playbooks: [Playbook]) throws -> ([ChosenPlay], TaskChoice) {
        var problems: [String] = []
        var isComplete = true
        let choice = TaskChoice(options)
        var chosen: [ChosenPlay] = []
        var occurrences: [String: Int] = [:]
        let limit = try limitedHosts()
        for play in playbooks.flatMap(\.plays) {
            do {
                let hosts = try inventory.hosts(matching: play.pattern).filter {
                    limit?.contains($0.name) ?? true
                }
                try checkOrder(of: play)
                occurrences[play.title, default: 0] += 1
                let number = occurrences[play.title, default: 1]
                let name = number == 1 ? play.title : "\(play.title) #\(number)"
                chosen.append(ChosenPlay(name: name, play: play, hosts: hosts))
            } catch {
                problems.append("play «\(play.title)»: \(error)")
            }
        }
        for (index, play) in chosen.enumerated() {
            for host in play.hosts {
                do {
                    _ = try host.connection
                    try checkGates(of: play, on: host)
                    let tasks = try tasks(of: play, on: host, facts: nil)
                    _ = try work(tasks, of: play, on: host, choice)
                    chosen[index].tasks[host.name] = tasks
                } catch is FactsNotGathered {
                    isComplete = false
                } catch {
                    let reason = redactions[host.name]("\(error)")
                    problems.append("play «\(play.play.title)», host \(host.name): \(reason)")
                }
            }
        }
        problems += resumeProblems(with: chosen)
        if problems.isEmpty, chosen.allSatisfy(\.hosts.isEmpty) {
            problems = ["no host of the inventory is selected by these plays and --limit"]
        }
        if problems.isEmpty, isComplete { problems = choice.problems }
        var seen = Set<String>()
        problems = problems.filter { seen.insert($0).inserted }
        if !problems.isEmpty { throw PreflightError(problems: problems) }
        return (chosen, choice)
    }

    private func limitedHosts() throws -> Set<String>? {
        do {
            return try options.limit.map { Set(try inventory.hosts(matching: $0).map(\.name)) }
        } catch {
            throw PreflightError(problems: ["--limit: \(error)"])
        }
    }

    private func checkOrder(of play: Play) throws {
        guard case .explicit(let names) = play.order else { return }
        for name in names where inventory.host(named: name) == nil {
            let near = didYouMean(nearNames(to: name, among: inventory.hosts.map(\.name)))
            throw PreflightError(problems: [
                "its order names «\(name)», which the inventory does not have\(near)"
            ])
        }
    }

    private func checkGates(of chosen: ChosenPlay, on host: Inventory.Host) throws {
        do {
            for gate in try gates(of: chosen, on: host, facts: nil) { _ = try hosts(of: gate) }
        } catch is FactsNotGathered {
            // They are computed again when they are waited for.
        }
    }

    /// - Throws: `FactsNotGathered` where they are needed and not there; else what the play threw.
    func gates(of chosen: ChosenPlay, on host: Inventory.Host, facts: Facts?) throws -> [Gate] {
        try chosen.play.gates(PlayHost(host: host, facts: facts, inventory: inventory))
    }

    /// - Throws: where there are none, since a gate that asks nobody means nothing.
    func hosts(of gate: Gate) throws -> [Inventory.Host] {
        let hosts = try inventory.hosts(matching: gate.hosts)
        guard !hosts.isEmpty else {
            throw PreflightError(problems: ["the gate «\(gate)» asks no host: \(gate.hosts) matches none"])
        }
        return hosts
    }

    /// - Throws: `FactsNotGathered` where they are needed and not there; else what the play or a resource threw.
    func tasks(of chosen: ChosenPlay, on host: Inventory.Host, facts: Facts?) throws -> [Play.Task] {
        let tasks = try chosen.play.tasks(PlayHost(host: host, facts: facts, inventory: inventory))
            .map { $0.with { $0.tags.formUnion(chosen.play.tags) } }.flatMap { try $0.expanded() }
        for entry in try HostTasks(tasks, play: chosen.name, redaction: redactions[host.name]).all {
            do {
                try entry.task.resource.validate()
            } catch {
                throw PreflightError(problems: ["\(entry.planned.heading): \(error)"])
            }
            if let delegate = entry.task.delegate, self.host(named: delegate) == nil {
                let near = didYouMean(nearNames(to: delegate, among: inventory.hosts.map(\.name)))
                throw PreflightError(problems: [
                    "\(entry.planned.heading): is delegated to «\(delegate)», which the inventory does not have\(near)"
                ])
            }
        }
        return tasks
    }
}

/// What is wrong with the input, found before any host was touched.
public struct PreflightError: Error, Sendable, CustomStringConvertible {
    public let problems: [String]

    public init(problems: [String]) { self.problems = problems }

    public var description: String { problems.joined(separator: "\n") }
}
