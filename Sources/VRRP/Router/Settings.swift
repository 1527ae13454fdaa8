extension VirtualRouter {
    /// What one router is told about one virtual router.
    public struct Settings: Hashable, Sendable {
        public var version: Advertisement.Version
        public var virtualRouter: VirtualRouterID
        /// Before the trackers' weights.
        public var priority: Priority
        /// Version 2: whole seconds.
        public var interval: Duration
        public var authentication: Authentication
        public var addresses: [IPAddress]
        /// Whether a better backup takes the place of a living master. Default true.
        public var preempts: Bool
        /// How long after its start a better backup leaves a living master alone. Default none.
        public var preemptDelay: Duration
        public var announcements: Announcements
        public var trackers: [Tracker]

        public init(
            version: Advertisement.Version = .v2,
            virtualRouter: VirtualRouterID,
            priority: Priority = .backupDefault,
            interval: Duration = .seconds(1),
            authentication: Authentication = .none,
            addresses: [IPAddress],
            preempts: Bool = true,
            preemptDelay: Duration = .zero,
            announcements: Announcements = Announcements(),
            trackers: [Tracker] = []
        ) {
            self.version = version
            self.virtualRouter = virtualRouter
            self.priority = priority
            self.interval = interval
            self.authentication = authentication
            self.addresses = addresses
            self.preempts = preempts
            self.preemptDelay = preemptDelay
            self.announcements = announcements
            self.trackers = trackers
        }
    }

    /// How a new master announces its addresses (gratuitous ARP, unsolicited neighbour advertisements).
    public struct Announcements: Hashable, Sendable {
        /// Packets for each address in one burst. Default 5.
        public var burst: Int
        /// When the second burst follows the first, for neighbours that missed it. Default 5 s, zero: never.
        public var secondBurstAfter: Duration
        /// How often a master announces them again. Default zero: never.
        public var refresh: Duration
        /// Packets for each address in such a repetition. Default 1.
        public var refreshBurst: Int

        public init(
            burst: Int = 5,
            secondBurstAfter: Duration = .seconds(5),
            refresh: Duration = .zero,
            refreshBurst: Int = 1
        ) {
            self.burst = burst
            self.secondBurstAfter = secondBurstAfter
            self.refresh = refresh
            self.refreshBurst = refreshBurst
        }
    }

    /// Something that is watched, and what it means for the priority.
    public struct Tracker: Hashable, Sendable {
        public var name: String
        /// −253…253. Zero: failing means fault. Positive: added while it passes. Negative: added while it fails.
        public var weight: Int

        public init(name: String, weight: Int) {
            self.name = name
            self.weight = weight
        }
    }
}
