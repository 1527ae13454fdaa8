extension Plan {
    /// Nothing to do.
    static let none = Plan(
        instances: [],
        checks: [],
        processes: [],
        interfaces: [],
        groups: [],
        services: [],
        announcementInterval: .zero,
        sources: []
    )

    /// For each instance, its index in the plan before where it just goes on: nothing but the programs that it
    /// tells may differ. The members of a sync group go on together or not at all.
    func continued(from old: Plan) -> [Int?] {
        var known = instances.map { self.known($0, in: old) }
        for group in groups {
            let members = group.members.map { known[$0] }
            guard !old.groups.contains(where: { $0.members.elementsEqual(members) { $0 == $1 } }) else {
                continue
            }
            for member in group.members { known[member] = nil }
        }
        return known
    }

    private func known(_ instance: Instance, in old: Plan) -> Int? {
        old.instances.firstIndex { before in
            var after = instance
            after.notifications = before.notifications
            let tracked = before.tracked.compactMap { self.tracked($0, in: old) }
            guard tracked.count == before.tracked.count else { return false }
            var before = before
            before.tracked = tracked
            return before == after
        }
    }

    /// What another plan tracks, with its index here; nil where it is no more.
    private func tracked(_ tracked: Tracked, in old: Plan) -> Tracked? {
        var here = tracked
        switch tracked.source {
        case .check(let index):
            guard let index = checks.firstIndex(where: { $0.name.isSame(as: old.checks[index].name) }) else {
                return nil
            }
            here.source = .check(index)
        case .process(let index):
            let name = old.processes[index].name
            guard let index = processes.firstIndex(where: { $0.name.isSame(as: name) }) else { return nil }
            here.source = .process(index)
        case .interface(let index):
            guard let index = interfaces.firstIndex(where: { $0.isSame(as: old.interfaces[index]) }) else {
                return nil
            }
            here.source = .interface(index)
        }
        return here
    }
}
