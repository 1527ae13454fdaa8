/// A virtual router (`vrrp_instance`).
public struct Instance: Sendable {
    public enum State: Sendable { case master, backup }
    public enum Version: UInt8, Sendable { case v2 = 2, v3 = 3 }

    /// VRRPv2's authentication (RFC 2338 §5.3.6; gone from RFC 3768 on, and still in use).
    public enum Authentication: Sendable {
        case none
        case pass(Password)
    }

    public var name: String
    /// Without effect on elections but for `noPreempt` and `preemptDelay`, which a master does not have.
    public var initialState: State
    /// The interface that advertisements go through and addresses are added to.
    public var interface: String
    /// 1…255
    public var virtualRouterID: UInt8
    /// 1…255; 255 is the address owner. Default 100, or 255 for `state MASTER`.
    public var priority: UInt8
    /// Whole seconds up to 255 for version 2, hundredths up to 40.95 s for version 3. Default 1 s.
    public var advertisementInterval: Duration
    public var version: Version
    public var authentication: Authentication
    public var virtualAddresses: [VirtualAddress]
    /// More addresses that follow the master and are not advertised, of any family.
    public var excludedAddresses: [VirtualAddress]
    /// Routes that are there while this router is master.
    public var virtualRoutes: [VirtualRoute]
    public var trackedScripts: [Tracked]
    public var trackedProcesses: [Tracked]
    public var trackedInterfaces: [Tracked]
    /// Whether the instance fails with its own interface. Default true; `dont_track_primary` says false.
    public var tracksInterface: Bool
    /// nil: the interface's own MAC address, and gratuitous ARP.
    public var virtualMAC: VirtualMAC?
    /// Whether a master that owns none of the addresses answers on them. Default true, unlike RFC 9568.
    public var accepts: Bool
    /// Whether version 3 over IPv4 puts the pseudo-header into its checksum. Default true; `v3_checksum_as_v2` says
    /// false, as RFC 9568 §5.2.8 does.
    public var checksumCoversPseudoHeader: Bool
    /// Leave the address where it is while a router of lower priority has it.
    public var noPreempt: Bool
    /// Wait this long after the start before preempting. 0…1000 s, default 0.
    public var preemptDelay: Duration
    public var gratuitousARP: GratuitousARP
    /// Where advertisements go instead of the multicast group; empty: multicast.
    public var unicastPeers: [UnicastPeer]
    /// The source address of unicast advertisements; nil: the interface's first.
    public var unicastSource: Address?
    /// The source address of multicast advertisements; nil: the interface's first.
    public var multicastSource: Address?
    public var notifications: Notifications
    public var location: Location

    public init(
        name: String,
        initialState: State = .backup,
        interface: String,
        virtualRouterID: UInt8,
        priority: UInt8 = 100,
        advertisementInterval: Duration = .seconds(1),
        version: Version = .v2,
        authentication: Authentication = .none,
        virtualAddresses: [VirtualAddress],
        excludedAddresses: [VirtualAddress] = [],
        virtualRoutes: [VirtualRoute] = [],
        trackedScripts: [Tracked] = [],
        trackedProcesses: [Tracked] = [],
        trackedInterfaces: [Tracked] = [],
        tracksInterface: Bool = true,
        virtualMAC: VirtualMAC? = nil,
        accepts: Bool = true,
        checksumCoversPseudoHeader: Bool = true,
        noPreempt: Bool = false,
        preemptDelay: Duration = .zero,
        gratuitousARP: GratuitousARP = GratuitousARP(),
        unicastPeers: [UnicastPeer] = [],
        unicastSource: Address? = nil,
        multicastSource: Address? = nil,
        notifications: Notifications = Notifications(),
        location: Location = .none
    ) {
        self.name = name
        self.initialState = initialState
        self.interface = interface
        self.virtualRouterID = virtualRouterID
        self.priority = priority
        self.advertisementInterval = advertisementInterval
        self.version = version
        self.authentication = authentication
        self.virtualAddresses = virtualAddresses
        self.excludedAddresses = excludedAddresses
        self.virtualRoutes = virtualRoutes
        self.trackedScripts = trackedScripts
        self.trackedProcesses = trackedProcesses
        self.trackedInterfaces = trackedInterfaces
        self.tracksInterface = tracksInterface
        self.virtualMAC = virtualMAC
        self.accepts = accepts
        self.checksumCoversPseudoHeader = checksumCoversPseudoHeader
        self.noPreempt = noPreempt
        self.preemptDelay = preemptDelay
        self.gratuitousARP = gratuitousARP
        self.unicastPeers = unicastPeers
        self.unicastSource = unicastSource
        self.multicastSource = multicastSource
        self.notifications = notifications
        self.location = location
    }

    /// All virtual addresses of an instance are of one family.
    public var isIPv6: Bool { virtualAddresses.first?.address.isIPv6 ?? false }

    /// The interface with the virtual MAC address; nil: the instance has none.
    public var virtualInterface: String? {
        guard let virtualMAC else { return nil }
        return virtualMAC.interface ?? "\(isIPv6 ? "vrrp6" : "vrrp").\(virtualRouterID)"
    }
}

/// Another router of the same virtual router, which advertisements are sent to alone (`unicast_peer`).
public struct UnicastPeer: Sendable, Hashable {
    public var address: Address
    /// The TTL or hop limit of its advertisements (`min_ttl`, `max_ttl`). Default any.
    public var hopLimits: ClosedRange<UInt8>

    public static let anyHopLimit: ClosedRange<UInt8> = 0...255

    public init(_ address: Address, hopLimits: ClosedRange<UInt8> = anyHopLimit) {
        self.address = address
        self.hopLimits = hopLimits
    }
}

/// VRRPv2's password: 8 bytes, filled up with zeros. No description shows it.
public struct Password: Sendable, Hashable, CustomStringConvertible {
    private let padded: [UInt8]

    /// - Parameter bytes: only the first 8 count, as in keepalived.
    /// - Returns: nil where there are none but zeros.
    public init?(_ bytes: [UInt8]) {
        let kept = Array(bytes.prefix(8))
        guard kept.contains(where: { $0 != 0 }) else { return nil }
        padded = kept + [UInt8](repeating: 0, count: 8 - kept.count)
    }

    public init?(_ text: String) { self.init(Array(text.utf8)) }

    /// The 8 bytes of the packet.
    public func reveal() -> [UInt8] { padded }

    public var description: String { "«hidden»" }
}

#if !hasFeature(Embedded)
extension Password: CustomReflectable, CustomDebugStringConvertible {
    public var customMirror: Mirror { Mirror(self, children: []) }
    public var debugDescription: String { description }
}
#endif

/// How a new master tells the neighbours where the addresses are (gratuitous ARP, unsolicited NA).
public struct GratuitousARP: Sendable, Hashable {
    /// Packets at once, for each address. Default 5.
    public var `repeat`: Int
    /// The second burst comes this long after the first; 0: none. Default 5 s.
    public var delay: Duration
    /// While master, again in this interval; 0: not. Default 0.
    public var refresh: Duration
    /// Packets for each such refresh. Default 1.
    public var refreshRepeat: Int
    /// Between two packets on an interface; the same for all instances. Default 0.
    public var interval: Duration

    public init(
        repeat: Int = 5,
        delay: Duration = .seconds(5),
        refresh: Duration = .zero,
        refreshRepeat: Int = 1,
        interval: Duration = .zero
    ) {
        self.repeat = `repeat`
        self.delay = delay
        self.refresh = refresh
        self.refreshRepeat = refreshRepeat
        self.interval = interval
    }
}

/// A program to run when the state changes.
public struct NotifyScript: Sendable, Hashable {
    /// The program and its arguments; no shell is involved.
    public var command: [String]
    public var user: ScriptUser?

    public init(_ command: [String], user: ScriptUser? = nil) {
        self.command = command
        self.user = user
    }
}

public struct Notifications: Sendable, Hashable {
    public var master: NotifyScript?
    public var backup: NotifyScript?
    public var fault: NotifyScript?
    public var stop: NotifyScript?
    /// For every change; gets the arguments `INSTANCE`, name, state and priority.
    public var any: NotifyScript?

    public init(
        master: NotifyScript? = nil,
        backup: NotifyScript? = nil,
        fault: NotifyScript? = nil,
        stop: NotifyScript? = nil,
        any: NotifyScript? = nil
    ) {
        self.master = master
        self.backup = backup
        self.fault = fault
        self.stop = stop
        self.any = any
    }
}
