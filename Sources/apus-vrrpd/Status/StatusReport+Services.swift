import LoadBalancing
import VRRP

extension StatusReport {
    /// A virtual server.
    struct Service {
        var name: String
        /// The virtual router that has its address; of a group, the last one that has an address of it.
        var instance: String?
        /// Whether this node spreads its connections, of a group those of any address; else the master does.
        var isActive = false
        /// The part of the kernel that spreads them, or would here; nil: none, since nothing arrives.
        var backEnd: String?
        /// Why that does not, or would not; of a group, for one of its addresses.
        var failure: SystemError?
        var hasQuorum: Bool
        var quorum: Int
        /// Of all servers that are up.
        var weight: Int
        var sorryServer: String?
        var servers: [Server]

        var usesSorryServer: Bool { sorryServer != nil && !hasQuorum }
    }

    struct Server {
        var name: String
        var isUp: Bool
        /// How long it has been so, and since when.
        var age: Duration
        var since: String
        /// Its part of new connections.
        var weight: Int
        var checks: [Check]

        /// The first check that fails, and why.
        var reason: String? {
            for check in checks where check.passes == false {
                return check.name + (check.failure.map { ": " + $0 } ?? "")
            }
            return nil
        }
    }

    struct Check {
        var name: String
        /// nil before the first result.
        var passes: Bool?
        /// Why its last run failed.
        var failure: String?
    }
}

extension StatusReport.Service {
    init(_ service: Service, checks: [RunningCheck], at now: Instant) {
        let (plan, pool) = (service.plan, service.pool)
        name = plan.name
        hasQuorum = pool.hasQuorum
        quorum = pool.settings.quorum
        weight = pool.weight
        sorryServer = plan.sorryServer?.description
        let members = pool.members
        servers = plan.servers.indices.map { index in
            let age = now - service.since[index]
            return StatusReport.Server(
                name: plan.servers[index].target.description,
                isUp: pool.isUp(index),
                age: age,
                since: Clock.utc(before: age),
                weight: members.first { $0.member == .server(index) }?.weight ?? 0,
                checks: plan.servers[index].checks.map { StatusReport.Check(checks[$0]) }
            )
        }
    }
}

extension StatusReport.Check {
    init(_ check: RunningCheck) {
        name = check.plan.probe.description
        passes = check.passes
        failure = check.failure
    }
}
