import KeepalivedConfiguration
import LoadBalancing
import VRRP

extension Plan {
    /// A virtual server.
    struct Service: Equatable {
        /// For people.
        @Bytewise var name: String
        /// What clients connect to: at least one, all of one address family.
        var keys: [ServiceKey]
        var forwarding: VirtualServer.Forwarding
        var scheduler: VirtualServer.Scheduler
        var flags: VirtualServer.Flags
        var persistence: Duration?
        /// How many bits of its address make a client; nil: all.
        var clientPrefix: UInt8?
        var pool: ServerPool.Settings
        /// For each server of the pool.
        var servers: [Server]
        var sorryServer: Target?
        var quorumUp: Program?
        var quorumDown: Program?
        /// Whether the end of the agent counts as losing all servers.
        var notifiesAtEnd: Bool

        var programs: [Program] {
            ([quorumUp, quorumDown] + servers.flatMap { [$0.notifyUp, $0.notifyDown] }).compactMap { $0 }
        }
    }

    struct Server: Equatable {
        var target: Target
        /// Indices of checks of the plan.
        var checks: [Int]
        var notifyUp: Program?
        var notifyDown: Program?
    }

    struct Target: Equatable {
        var address: IPAddress
        /// 0: whatever port packets are for.
        var port: UInt16

        var description: String { address.description(port: port) }
    }
}

extension IPAddress {
    func description(port: UInt16) -> String {
        if port == 0 { return description }
        return family == .v4 ? "\(description):\(port)" : "[\(description)]:\(port)"
    }
}
