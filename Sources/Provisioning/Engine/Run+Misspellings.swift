public import HostInventory

extension Run {
    /// Variables of the inventory that look like a typing error of one that a play reads.
    ///
    /// - Parameter asked: the variables that the run's own plays read.
    func misspellings(asked: Set<String>) -> [InventoryError.Problem] {
        // Mostly there are none, and nobody else has to be asked.
        guard !inventory.misspellings(asked: asked).isEmpty else { return [] }
        return inventory.misspellings(
            asked: asked.union(inventory.variables(readBy: options.otherPlaybooks))
        )
    }
}

extension Inventory {
    /// Variables that look like a typing error of one that a playbook, or a connection to their host, reads.
    public func misspellings(readBy playbooks: [Playbook]) -> [InventoryError.Problem] {
        misspellings(asked: variables(readBy: playbooks))
    }

    /// What plays and connections read of the first host of each set of groups, which stands for the others.
    fileprivate func variables(readBy playbooks: [Playbook]) -> Set<String> {
        var seen: Set<[String]> = []
        let samples = hosts.filter { seen.insert($0.groups).inserted }
        let sampled = Set(samples.map(\.name))
        return VariableReads.during {
            // Where something is wrong, a run says so; here only the names count that were asked for before.
            for host in samples { _ = try? host.connection }
            for play in playbooks.flatMap(\.plays) {
                for host in (try? self.hosts(matching: play.pattern)) ?? [] where sampled.contains(host.name)
                {
                    let host = PlayHost(host: host, facts: nil, inventory: self)
                    _ = try? play.tasks(host)
                    _ = try? play.gates(host)
                }
            }
        }.names
    }
}
