import HostInventory

/// What one play of a run would do on its hosts.
public struct PlayListing: Sendable {
    public let title: String
    /// In the order of the play's pattern. `nil` tasks are known only with the host's facts.
    public internal(set) var hosts: [(name: String, tasks: [PlannedTask]?)]
}

extension Run {
    /// The tasks of each host, those of handlers behind the others, as tags and `--start-at` choose them; as far as they
    /// are known without a connection.
    ///
    /// - Throws: `PreflightError`.
    public func listing(of playbooks: [Playbook]) throws -> [PlayListing] {
        let choice = TaskChoice(options)
        return try preflight(playbooks).0.map { play in
            var listing = PlayListing(title: play.name, hosts: [])
            for host in play.hosts {
                let work = try play.tasks[host.name].map { try self.work($0, of: play, on: host, choice) }
                listing.hosts.append((host.name, work?.all.map(\.planned)))
            }
            return listing
        }
    }

    /// What the host has to do of its `tasks`, as the tags and `--start-at` say.
    func work(
        _ tasks: [Play.Task],
        of play: ChosenPlay,
        on host: Inventory.Host,
        _ choice: TaskChoice
    ) throws -> HostTasks {
        try HostTasks(tasks, play: play.name, redaction: redactions[host.name]) { task in
            choice.includes(task, on: host.name)
        }
    }
}
