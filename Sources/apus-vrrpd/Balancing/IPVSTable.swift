import CLinux
import KeepalivedConfiguration
import VRRP

/// The agent's services in ip_vs. Those of others are left alone.
struct IPVSTable {
    private var socket: IPVSSocket
    /// Which services are the agent's, whoever made them.
    private var keys: [ServiceKey]
    /// What the kernel has of them; nil: to be looked at.
    private var services: [IPVSService]?

    /// - Throws: where the kernel has no ip_vs, or lets nobody use it here.
    init(_ keys: [ServiceKey]) throws(SystemError) {
        self.keys = keys
        socket = try IPVSSocket()
        services = try present()
    }

    /// Takes over what an earlier run left of some services, besides those that it has.
    mutating func adopt(_ new: [ServiceKey]) {
        keys = new + (services?.map { $0.key } ?? keys)
        services = nil
    }

    /// Tells the kernel what is different. What it refuses does not keep the rest from it.
    ///
    /// - Returns: what it refused.
    /// - Throws: where it cannot be told anything.
    mutating func apply(_ wanted: [VirtualService]) throws(SystemError) -> [Balancer.Failure] {
        let known = services
        services = nil
        let present = if let known { known } else { try present() }
        let new = wanted.map { IPVSService($0) }
        var failures: [Balancer.Failure] = []
        var refused: [ServiceKey] = []
        for change in IPVSChange.changes(from: present, to: new) where !refused.contains(change.service.key) {
            do throws(SystemError) {
                try socket.perform(change)
            } catch {
                failures.append(Balancer.Failure(services: [change.service.key.name], error: error))
                // Its destinations have no place.
                if change.command == LINUX_IPVS_CMD_NEW_SERVICE { refused.append(change.service.key) }
            }
        }
        if failures.isEmpty { services = new }
        return failures
    }

    private mutating func present() throws(SystemError) -> [IPVSService] {
        try socket.services().filter { keys.contains($0.key) }
    }
}

extension IPVSService {
    init(_ service: VirtualService) {
        let method =
            switch service.way {
            case .translation, .answering: LINUX_IP_VS_CONN_F_MASQ
            case .directRouting: LINUX_IP_VS_CONN_F_DROUTE
            case .tunneling: LINUX_IP_VS_CONN_F_TUNNEL
            }
        key = service.key
        scheduler = Array(service.scheduler.name.utf8)
        // Rounded up.
        timeout = service.persistence.map { UInt32(($0.nanoseconds + 999_999_999) / 1_000_000_000) } ?? 0
        let bits = service.clientPrefix ?? UInt8(8 * key.family.addressSize)
        let mask = key.family.mask(bits)[...]
        netmask = key.family == .v4 ? mask.native(at: 0, as: UInt32.self) : UInt32(bits)
        flags = service.flags.rawValue | (timeout > 0 ? UInt32(LINUX_IP_VS_SVC_F_PERSISTENT) : 0)
        destinations = service.destinations.map {
            Destination(
                address: $0.address,
                port: $0.port,
                method: UInt32(method),
                weight: Int32($0.weight)
            )
        }
    }
}
