import LoadBalancing
import VRRP

/// A virtual server at work.
struct Service {
    let plan: Plan.Service
    var pool: ServerPool
    /// Since when each of its servers has been up, or down.
    var since: [Instant]

    init(_ plan: Plan.Service, at now: Instant) {
        self.plan = plan
        pool = ServerPool(plan.pool)
        since = plan.servers.map { _ in now }
    }

    /// What the kernel is to do for it; nil: nothing.
    ///
    /// - Parameter owner: the virtual router that has its address, if one does.
    func rules(owner: Instance?, _ links: LinkTable) -> Ruleset.Service? {
        var service = Ruleset.Service(
            name: plan.name,
            address: plan.address,
            port: plan.port,
            transport: plan.transport,
            way: .answering,
            isHashed: plan.isHashed
        )
        let all = plan.servers.map { target($0.target, links) }
        // The master alone spreads connections; the others would send them round in circles.
        guard owner.map({ $0.router.state == .master }) ?? true else {
            let isServer = plan.isRoutedDirectly && all.contains { $0.reach == .own }
            return isServer ? service : nil
        }
        service.persistence = plan.persistence
        let members = pool.members
        let turns = turns(for: plan.ignoresWeights ? members.map { _ in 1 } : members.map { $0.weight })
        service.turns = turns.compactMap { target(members[$0].member, links) }
        service.lasting = pool.lasting.compactMap { target($0, links) }
        guard plan.isRoutedDirectly else {
            service.way = .translation(masqueraded: service.lasting.compactMap { $0.masquerade })
            return service
        }
        let holder = links.links.first { $0.addresses.contains { $0.address == .v4(plan.address) } }
        guard let device = owner?.holder(of: plan.address) ?? holder?.name,
            links.links.contains(where: { $0.name == device })
        else { return nil }
        service.way = .directRouting(device: device)
        // Only neighbours can be reached.
        service.turns.removeAll { $0.reach == .far }
        service.lasting.removeAll { $0.reach == .far }
        return service
    }

    private func target(_ member: ServerPool.Member, _ links: LinkTable) -> Ruleset.Target? {
        switch member {
        case .server(let index): target(plan.servers[index].target, links)
        case .sorryServer: plan.sorryServer.map { target($0, links) }
        }
    }

    private func target(_ target: Plan.Target, _ links: LinkTable) -> Ruleset.Target {
        Ruleset.Target(
            address: target.address,
            port: target.port,
            reach: links.reach(of: target.address)
        )
    }
}
