import VRRP

/// A virtual router at work: its plan, its protocol state, and what it has done to the machine.
struct Instance {
    var plan: Plan.Instance
    var router: VirtualRouter
    /// What the router was last told about its interface; nil before the first time.
    var interface: InterfaceStatus?
    /// The addresses that it put on interfaces, so that it takes no others off.
    var added: [Plan.Address] = []
    /// Those that could not be added.
    var missing: [Plan.Address] = []
    /// The routes that it added.
    var addedRoutes: [Plan.Route] = []
    /// When they are to be removed; nil: there is nothing to remove, or not yet.
    var removal: Instant?
    var history = History()
    var failedSends: UInt64 = 0
    var failedSockets: UInt64 = 0
    var failedInterfaces: UInt64 = 0
    var failedAddresses: UInt64 = 0
    var failedRoutes: UInt64 = 0

    enum InterfaceStatus: Equatable {
        case up(IPAddress)
        case down(VirtualRouter.InterfaceFault)
    }

    init(_ plan: Plan.Instance) {
        self.plan = plan
        router = VirtualRouter(plan.settings)
    }

    /// How its interface stands, and what it sends from.
    func status(in links: LinkTable) -> InterfaceStatus {
        guard let link = links.link(named: plan.interface) else { return .down(.missing) }
        guard link.isUp || !plan.tracksInterface else { return .down(.down) }
        guard link.hasCarrier || !plan.tracksInterface else { return .down(.noCarrier) }
        if let virtual = plan.virtualInterface {
            guard links.link(named: virtual) != nil, failedInterfaces == 0 else { return .down(.missing) }
        }
        guard let source = source(among: link.addresses.map { $0.address }) else { return .down(.noAddress) }
        return .up(source)
    }

    /// The interface that has an address while it is master; nil: it is none of its addresses.
    func holder(of address: IPAddress) -> [UInt8]? {
        plan.addresses.first { $0.address.address == address }.map { Array($0.device.utf8) }
    }

    /// The address that the configuration names; else the first that is not virtual, which only the owner of its
    /// virtual addresses may lack. IPv6 sends from a link-local one (RFC 9568 §5.1.2.1) unless its peers are far.
    private func source(among addresses: [IPAddress]) -> IPAddress? {
        if let wanted = plan.source { return addresses.contains(wanted) ? wanted : nil }
        let isFar = plan.settings.unicastPeers.contains { !$0.address.isLinkLocal }
        let suitable = addresses.filter { address in
            guard address.family == plan.family else { return false }
            return address.family == .v4 || address.isLinkLocal != isFar
        }
        let own = suitable.first { !plan.settings.addresses.contains($0) }
        return own ?? (plan.settings.priority == .owner ? suitable.first : nil)
    }
}
