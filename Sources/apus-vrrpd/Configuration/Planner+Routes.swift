import KeepalivedConfiguration
import VRRP

extension Planner {
    /// rtnetlink's number of the main routing table.
    private static let mainTable: UInt32 = 254
    /// rtnetlink's number of the scope of what is on this very network.
    private static let linkScope: UInt8 = 253

    func route(_ route: VirtualRoute, of instance: KeepalivedConfiguration.Instance) -> Plan.Route? {
        guard let destination = IPAddress(bytes: route.destination.bytes) else { return nil }
        let gateway = route.gateway.flatMap { IPAddress(bytes: $0.bytes) }
        return Plan.Route(
            destination: InterfaceAddress(address: destination, prefixLength: route.prefixLength),
            gateway: gateway,
            device: route.device ?? (gateway == nil ? instance.interface : nil),
            source: route.source.flatMap { IPAddress(bytes: $0.bytes) },
            scope: route.scope ?? (gateway == nil ? Self.linkScope : 0),
            table: route.table ?? Self.mainTable,
            metric: route.metric
        )
    }
}
