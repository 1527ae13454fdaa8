public import HostInventory

/// One run of playbooks over the hosts of an inventory.
public struct Run: Sendable {
    let inventory: Inventory
    let connector: any Connector
    let options: RunOptions
    let reporter: any Reporter

    public init(inventory: Inventory, connector: any Connector, options: RunOptions, reporter: any Reporter) {
        self.inventory = inventory
        self.connector = connector
        self.options = options
        self.reporter = reporter
    }

    /// Checks everything that can be checked without a connection, then runs the plays in order.
    ///
    /// A host that failed or was unreachable takes no part in later plays.
    ///
    /// - Throws: `PreflightError` before any host is touched. What happens to hosts is in the recap, not thrown.
    public func callAsFunction(_ playbooks: [Playbook]) async throws -> Recap {
        let start = ContinuousClock.now
        let selected = try preflight(playbooks)
        let names = Set(selected.flatMap(\.hosts).map(\.name))
        let hosts = inventory.hosts.filter { names.contains($0.name) }
        let ledger = Ledger(hosts: hosts.map(\.name))
        let sessions = SessionPool { name in inventory.hosts.first { $0.name == name }.map(session(for:)) }
        let starts = StartPoint(title: options.startAt)
        reporter.report(.runStarted(playbooks: playbooks.map(\.name), check: options.check))
        for (play, hosts) in selected {
            let playRun = PlayRun(
                run: self,
                play: play,
                hosts: hosts,
                sessions: sessions,
                ledger: ledger,
                starts: starts
            )
            guard await playRun(), !Task.isCancelled else { break }
        }
        await sessions.closeAll()
        let recap = Recap(
            hosts: hosts.map { ($0.name, ledger.line(of: $0.name)) },
            duration: start.duration(to: .now)
        )
        reporter.report(.runFinished(recap))
        return recap
    }

    func session(for host: Inventory.Host) -> HostSession {
        HostSession(
            host: host,
            connector: connector,
            connectDeadline: options.connectDeadline,
            // Wrong connection variables are found before: by the preflight, or by the connector.
            becomePassword: (try? host.connection)?.becomePassword ?? options.becomePassword
        )
    }

    /// Selects every play's hosts and computes their tasks, as far as that goes without facts.
    private func preflight(_ playbooks: [Playbook]) throws -> [(play: Play, hosts: [Inventory.Host])] {
        var problems: [String] = []
        var known = KnownTasks()
        var selected: [(Play, [Inventory.Host])] = []
        var limit: Set<String>?
        do {
            limit = try options.limit.map { Set(try inventory.hosts(matching: $0).map(\.name)) }
        } catch {
            throw PreflightError(problems: ["--limit: \(error)"])
        }
        for play in playbooks.flatMap(\.plays) {
            let hosts: [Inventory.Host]
            do {
                hosts = try inventory.hosts(matching: play.pattern).filter {
                    limit?.contains($0.name) ?? true
                }
            } catch {
                problems.append("play «\(play.title)»: \(error)")
                continue
            }
            selected.append((play, hosts))
            for host in hosts {
                do {
                    try checkConnection(of: host)
                    known.add(try tasks(of: play, on: host, facts: nil))
                } catch is FactsNotGathered {
                    known.isComplete = false
                } catch {
                    problems.append("play «\(play.title)», host \(host.name): \(error)")
                }
            }
        }
        problems += known.problems(with: options)
        var seen = Set<String>()
        problems = problems.filter { seen.insert($0).inserted }
        if !problems.isEmpty { throw PreflightError(problems: problems) }
        if selected.allSatisfy(\.1.isEmpty) {
            throw PreflightError(problems: ["no host of the inventory is selected by these plays and --limit"]
            )
        }
        return selected
    }

    private func checkConnection(of host: Inventory.Host) throws {
        let method = try host.connection.becomeMethod ?? "sudo"
        guard method == "sudo" else {
            throw PreflightError(problems: [
                "becoming another user by \(method) is not supported yet; only by sudo"
            ])
        }
    }

    /// - Throws: `FactsNotGathered` where they are needed and not there; else what the play or a resource threw.
    func tasks(of play: Play, on host: Inventory.Host, facts: Facts?) throws -> [Play.Task] {
        let tasks = try play.tasks(PlayHost(host: host, facts: facts, inventory: inventory))
            .flatMap { try $0.expanded() }.map { $0.with { $0.tags.formUnion(play.tags) } }
        for entry in try HostTasks(tasks, where: { _ in true }).all {
            do {
                try entry.task.resource.validate()
            } catch {
                throw PreflightError(problems: ["\(entry.task.heading): \(error)"])
            }
            if let delegate = entry.task.delegate, !inventory.hosts.contains(where: { $0.name == delegate }) {
                throw PreflightError(problems: [
                    "\(entry.task.heading): is delegated to «\(delegate)», which the inventory does not have"
                ])
            }
        }
        return tasks
    }
}

/// What is known of all tasks before any host is touched.
private struct KnownTasks {
    var isComplete = true
    private var tags: Set<String> = []
    private var titles: Set<String> = []

    mutating func add(_ tasks: [Play.Task]) {
        for task in Program(tasks).entries.map(\.task) {
            tags.formUnion(task.tags)
            titles.formUnion([task.title, task.heading])
        }
    }

    /// Words of the command line that mean no task. Nothing is said where some tasks need facts to be known.
    func problems(with options: RunOptions) -> [String] {
        guard isComplete else { return [] }
        var problems = options.tags.only.union(options.tags.skipped).subtracting(tags)
            .subtracting(["always", "never"]).sorted().map { tag in
                "no task has the tag «\(tag)»; there are: \(tags.sorted().joined(separator: ", "))"
            }
        if let title = options.startAt, !titles.contains(title) {
            problems.append("--start-at: no task is called «\(title)»")
        }
        return problems
    }
}

/// What is wrong with the input, found before any host was touched.
public struct PreflightError: Error, Sendable, CustomStringConvertible {
    public let problems: [String]

    public init(problems: [String]) { self.problems = problems }

    public var description: String { problems.joined(separator: "\n") }
}
