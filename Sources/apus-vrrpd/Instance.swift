import VRRP

/// A virtual router at work: its plan, its protocol state, and what it has done to the machine.
struct Instance {
    let plan: Plan.Instance
    var router: VirtualRouter
    /// What the router was last told about its interface; nil before the first time.
    var interface: InterfaceStatus?
    /// The addresses that it put on interfaces, so that it takes no others off.
    var added: [Int] = []
    var failedSends: UInt64 = 0
    var failedSockets: UInt64 = 0

    enum InterfaceStatus: Equatable {
        case up(IPv4Address)
        case down(VirtualRouter.InterfaceFault)
    }

    init(_ plan: Plan.Instance) {
        self.plan = plan
        router = VirtualRouter(plan.settings)
    }

    /// How its interface stands. It sends from the first address that is not virtual; the owner of its virtual
    /// addresses may have no other.
    func status(in links: LinkTable) -> InterfaceStatus {
        guard let link = links.link(named: plan.interface) else { return .down(.missing) }
        guard link.isUp else { return .down(.down) }
        guard link.hasCarrier else { return .down(.noCarrier) }
        let own = link.addresses.first { entry in
            !plan.addresses.contains { $0.address.address == entry.address }
        }
        if let own { return .up(own.address) }
        if plan.settings.priority == .owner, let first = link.addresses.first { return .up(first.address) }
        return .down(.noAddress)
    }
}
