import VRRP

extension Agent {
    /// Brings the sync group of an instance to one mind, and tells its programs.
    mutating func synchronizeGroup(of instance: Int) {
        guard let group = plan.groups.firstIndex(where: { $0.members.contains(instance) }) else { return }
        let members = plan.groups[group].members
        while let (member, order) = orders(to: members).first {
            tell(.group(order), instance: members[member])
        }
        let state = self.state(of: members)
        guard state != groupStates[group] else { return }
        groupStates[group] = state
        notify(of: state, group: group)
    }

    private func orders(to members: [Int]) -> [(Int, SyncGroup.Order)] {
        SyncGroup.orders(to: members.map { (name: instances[$0].plan.name, router: instances[$0].router) })
    }

    /// The state of all; backup while they are of several minds.
    private func state(of members: [Int]) -> VirtualRouter.State {
        let states = members.map { instances[$0].router.state }
        if states.contains(.initialize) { return .initialize }
        if states.contains(.fault) { return .fault }
        return states.allSatisfy { $0 == .master } ? .master : .backup
    }
}
