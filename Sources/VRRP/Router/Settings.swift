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
        /// The other routers, where adverts go to each of them instead of the multicast group. Default none.
        public var unicastPeers: [UnicastPeer]
        /// Whether the checksum of version 3 over IPv4 covers the pseudo-header. Default true, as in keepalived.
        public var checksumCoversPseudoHeader: Bool
        /// Whether a better backup takes the place of a living master. Default true.
        public var preempts: Bool
        /// How long a better backup leaves a living master alone, from its first advert on. Default none.
        public var preemptDelay: Duration
        public var announcements: Announcements
        public var trackers: [Tracker]
        /// Whether it becomes master only together with others; see `SyncGroup`. Default false.
        public var isGrouped: Bool

        public init(
            version: Advertisement.Version = .v2,
            virtualRouter: VirtualRouterID,
            priority: Priority = .backupDefault,
            interval: Duration = .seconds(1),
            authentication: Authentication = .none,
            addresses: [IPAddress],
            unicastPeers: [UnicastPeer] = [],
            checksumCoversPseudoHeader: Bool = true,
            preempts: Bool = true,
            preemptDelay: Duration = .zero,
            announcements: Announcements = Announcements(),
            trackers: [Tracker] = [],
            isGrouped: Bool = false
        ) {
            self.version = version
            self.virtualRouter = virtualRouter
            self.priority = priority
            self.interval = interval
            self.authentication = authentication
            self.addresses = addresses
            self.unicastPeers = unicastPeers
            self.checksumCoversPseudoHeader = checksumCoversPseudoHeader
            self.preempts = preempts
            self.preemptDelay = preemptDelay
            self.announcements = announcements
            self.trackers = trackers
            self.isGrouped = isGrouped
        }
    }

    /// Another router that adverts are exchanged with by unicast.
    public struct UnicastPeer: Hashable, Sendable {
        public var address: IPAddress
        /// The TTLs or hop limits that its adverts may come with. Default any.
        public var hopLimits: ClosedRange<UInt8>

        public init(_ address: IPAddress, hopLimits: ClosedRange<UInt8> = 0...255) {
            self.address = address
            self.hopLimits = hopLimits
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
        /// Compared by bytes: its `==` would bring the Unicode tables into the agent.
        public var name: String
        /// −253…253. Zero: failing means fault. Positive: added while it passes. Negative: added while it fails.
        public var weight: Int

        public init(name: String, weight: Int) {
            self.name = name
            self.weight = weight
        }

        public static func == (left: Tracker, right: Tracker) -> Bool {
            left.weight == right.weight && left.isNamed(as: right)
        }

        func isNamed(as other: Tracker) -> Bool { name.utf8.elementsEqual(other.name.utf8) }

        /// What it adds to the priority, or takes away; nothing before its first result.
        public func part(passes: Bool?) -> Int {
            switch passes {
            case true?: max(weight, 0)
            case false?: min(weight, 0)
            case nil: 0
            }
        }
    }
}
