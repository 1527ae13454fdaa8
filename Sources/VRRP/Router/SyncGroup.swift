/// Virtual routers that are master only together (`vrrp_sync_group`): the inner and the outer address of a firewall.
///
/// It decides from the members' states alone, so it has none of its own. The driver asks for orders after every event
/// that a member handled, and carries them out before the next one.
public enum SyncGroup {
    /// What a member has to do because of another one, which is named.
    public enum Order: Hashable, Sendable {
        /// Take no part while that member cannot; nil: take part again.
        case fault(because: String?)
        case master
        case backup(because: String)
    }

    /// What is to be told to which member, by its index. Empty when the group is at one.
    ///
    /// - Parameter members: all of them, with their names.
    public static func orders(to members: [(name: String, router: VirtualRouter)]) -> [(Int, Order)] {
        // While they are being started or stopped one by one, nobody is asked.
        guard members.allSatisfy({ $0.router.state != .initialize }) else { return [] }
        let faulty = members.first { $0.router.ownObstacle != nil }?.name
        let misinformed = members.indices.filter { index in
            members[index].router.ownObstacle == nil
                && !isSame(members[index].router.groupObstacle, faulty)
        }
        guard misinformed.isEmpty else { return misinformed.map { ($0, .fault(because: faulty)) } }

        let backups = members.indices.filter { members[$0].router.state == .backup }
        // One that is not ready holds all back.
        guard let reluctant = backups.first(where: { !members[$0].router.isReady }) else {
            return backups.map { ($0, .master) }
        }
        return members.indices.filter { members[$0].router.state == .master }
            .map { ($0, .backup(because: members[reluctant].name)) }
    }

    /// Compares bytes: `==` would bring the Unicode tables into the agent.
    private static func isSame(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return left.utf8.elementsEqual(right.utf8)
    }
}

extension VirtualRouter {
    mutating func follow(_ order: SyncGroup.Order, at now: Instant) {
        switch order {
        case .fault(let member):
            groupObstacle = member
            reconsider(cleared: .faultCleared, at: now)
        case .master:
            guard state == .backup else { return }
            let isOwner = settings.priority == .owner
            becomeMaster(because: isOwner ? .ownsAddresses : reasonToBecomeMaster(at: now), at: now)
        case .backup(let member):
            guard state == .master else { return }
            becomeBackup(of: nil, interval: settings.interval, because: .group(member), at: now)
        }
    }
}
