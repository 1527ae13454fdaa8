import KeepalivedConfiguration
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

    /// What the kernel is to do for one of its keys; nil: nothing.
    ///
    /// - Parameters:
    ///   - isMaster: whether the virtual router that has its address, if one does, is master.
    ///   - device: the interface of that one.
    func desired(
        _ key: ServiceKey,
        isMaster: Bool,
        device: [UInt8]?,
        _ links: LinkTable
    ) -> VirtualService? {
        var service = VirtualService(
            key: key,
            way: .answering,
            scheduler: plan.scheduler,
            flags: plan.flags,
            persistence: plan.persistence,
            clientPrefix: plan.clientPrefix,
            keepsPort: plan.servers.first?.target.port == 0
        )
        // The master alone spreads connections; the others would send them round in circles.
        guard isMaster else {
            let isServer = plan.servers.contains { links.reach(of: $0.target.address) == .own }
            return plan.forwarding == .directRouting && isServer ? service : nil
        }
        let members = pool.members
        service.destinations = pool.lasting.compactMap { lasting in
            let weight = members.first { $0.member == lasting }.map { $0.weight }
            return destination(lasting, weight: weight ?? 0, links)
        }
        switch plan.forwarding {
        case .translation: service.way = .translation
        case .tunneling: service.way = .tunneling
        case .directRouting: return routed(service, device: device, links)
        }
        return service
    }

    /// nil where nothing arrives for it.
    private func routed(_ service: VirtualService, device: [UInt8]?, _ links: LinkTable) -> VirtualService? {
        var service = service
        service.way = .directRouting(device: nil)
        // Only neighbours can be reached.
        service.destinations.removeAll { $0.reach == .far }
        guard case .endpoint(let target, _) = service.key else { return service }
        let holder = links.links.first { $0.addresses.contains { $0.address == target.address } }
        guard let device = device ?? holder?.name,
            links.links.contains(where: { $0.name == device })
        else { return nil }
        service.way = .directRouting(device: device)
        return service
    }

    private func destination(
        _ member: ServerPool.Member,
        weight: Int,
        _ links: LinkTable
    ) -> VirtualService.Destination? {
        let target: Plan.Target? =
            switch member {
            case .server(let index): plan.servers[index].target
            case .sorryServer: plan.sorryServer
            }
        return target.map {
            VirtualService.Destination(
                address: $0.address,
                port: $0.port,
                reach: links.reach(of: $0.address),
                weight: weight
            )
        }
    }
}
