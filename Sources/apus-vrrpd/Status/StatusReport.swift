import VRRP

/// How the agent stands, as values; the extensions write it for people, programs and Prometheus.
struct StatusReport {
    var isHandingOver: Bool
    var instances: [Instance]
    var services: [Service]

    struct Instance {
        var name: String
        var interface: String
        var virtualRouter: UInt8
        var version: UInt8
        var interval: Duration
        var state: VirtualRouter.State
        /// How long it has been in this state, since when, and why.
        var age: Duration
        var since: String
        var reason: String
        var basePriority: UInt8
        var priority: UInt8
        var trackers: [Tracker]
        var addresses: [String]
        var peers: [Peer]
        /// Until the next thing is due: an advertisement of a master, the takeover by a backup.
        var next: Duration?
        var transitions: Int
        var sent: Int
        var received: Int
        /// Only those above 0.
        var rejections: [(cause: String, count: Int)]
    }

    struct Tracker {
        var name: String
        /// 0: failing means fault.
        var weight: Int
        /// nil before the first result.
        var passes: Bool?
        /// What it adds to the priority, or takes away.
        var part: Int
    }

    struct Peer {
        var address: String
        var priority: UInt8
        /// Since its last advertisement.
        var age: Duration
    }
}

extension StatusReport {
    init(_ agent: Agent, at now: Instant) {
        isHandingOver = agent.isHandingOver
        instances = agent.instances.map { Instance($0, at: now) }
        services = agent.services.map { service in
            var report = Service(service, checks: agent.checks, at: now)
            for key in service.plan.keys {
                let owner = agent.holder(of: key).owner
                if agent.serves(owner) { report.isActive = true }
                if let owner { report.instance = agent.instances[owner].plan.name }
                let standing = agent.balancer.standing(of: key.name)
                report.backEnd = standing.backEnd?.name ?? report.backEnd
                report.failure = standing.failure ?? report.failure
            }
            return report
        }
    }
}

extension StatusReport.Instance {
    init(_ instance: Instance, at now: Instant) {
        let settings = instance.plan.settings
        let router = instance.router
        let history = instance.history
        name = instance.plan.name
        interface = instance.plan.interface
        virtualRouter = settings.virtualRouter.rawValue
        version = settings.version.rawValue
        interval = settings.interval
        state = router.state
        age = router.since.map { now - $0 } ?? .zero
        since = Clock.utc(before: age)
        reason = history.reason
        basePriority = settings.priority.rawValue
        priority = router.effectivePriority.rawValue
        // The last one, which hands over, is of interest only while it counts.
        let count = settings.trackers.count - (router.trackerResults.last == false ? 0 : 1)
        trackers = settings.trackers.indices.prefix(count).map { index in
            let passes = router.trackerResults[index]
            let tracker = settings.trackers[index]
            return StatusReport.Tracker(
                name: tracker.name,
                weight: tracker.weight,
                passes: passes,
                part: tracker.part(passes: passes)
            )
        }
        addresses = instance.plan.addresses.map { $0.address.description }
        peers = history.peers.map {
            StatusReport.Peer(
                address: $0.address.description,
                priority: $0.priority.rawValue,
                age: now - $0.at
            )
        }
        next = router.deadline.map { $0 - now }
        transitions = history.transitions
        sent = history.sent
        received = history.received
        rejections = Rejection.allCases.compactMap { cause in
            let count = router.rejections[cause]
            return count == 0 ? nil : (cause.description, Int(clamping: count))
        }
    }
}
