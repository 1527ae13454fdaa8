import VRRP

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

    /// For each instance, its index in the plan before where it just goes on, perhaps with other settings. The members
    /// of a sync group go on together or not at all.
    func continued(from old: Plan) -> [Int?] {
        var known = instances.map { instance in old.instances.firstIndex { instance.canFollow($0) } }
        for group in groups {
            let members = group.members.map { known[$0] }
            guard !old.groups.contains(where: { $0.members.elementsEqual(members) { $0 == $1 } }) else {
                continue
            }
            for member in group.members { known[member] = nil }
        }
        return known
    }
}

extension Plan.Instance {
    fileprivate func canFollow(_ old: Plan.Instance) -> Bool {
        name.isSame(as: old.name) && interface.isSame(as: old.interface)
            && virtualInterface.isSame(as: old.virtualInterface) && wire.isSame(as: old.wire)
            && (virtualInterface == nil || hasSameFamilies(as: old)) && settings.canFollow(old.settings)
    }

    private func hasSameFamilies(as old: Plan.Instance) -> Bool {
        [.v4, .v6].allSatisfy { hasAddresses(of: $0) == old.hasAddresses(of: $0) }
    }

    /// Whether the router, or the machine while it is master, has to change.
    func differs(from old: Plan.Instance) -> Bool {
        settings != old.settings || addresses != old.addresses || routes != old.routes
    }
}
