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
    public var trackedScripts: [TrackedScript]
    /// Leave the address where it is while a router of lower priority has it.
    public var noPreempt: Bool
    /// Wait this long after the start before preempting. 0…1000 s, default 0.
    public var preemptDelay: Duration
    public var gratuitousARP: GratuitousARP
    /// Where advertisements go instead of the multicast group; empty: multicast.
    public var unicastPeers: [Address]
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
        trackedScripts: [TrackedScript] = [],
        noPreempt: Bool = false,
        preemptDelay: Duration = .zero,
        gratuitousARP: GratuitousARP = GratuitousARP(),
        unicastPeers: [Address] = [],
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
        self.trackedScripts = trackedScripts
        self.noPreempt = noPreempt
        self.preemptDelay = preemptDelay
        self.gratuitousARP = gratuitousARP
        self.unicastPeers = unicastPeers
        self.unicastSource = unicastSource
        self.multicastSource = multicastSource
        self.notifications = notifications
        self.location = location
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

/// An address that follows the master (`virtual_ipaddress`).
public struct VirtualAddress: Sendable, Hashable {
    public enum Broadcast: Sendable, Hashable {
        /// All host bits set.
        case computed
        case address(Address)
    }

    public var address: Address
    /// Default 32, or 128 for IPv6.
    public var prefixLength: UInt8
    /// nil: the instance's interface.
    public var device: String?
    public var label: String?
    public var broadcast: Broadcast?
    /// rtnetlink's number: 0 global, 200 site, 253 link, 254 host. Default 0.
    public var scope: UInt8
    public var location: Location

    public init(
        _ address: Address,
        prefixLength: UInt8? = nil,
        device: String? = nil,
        label: String? = nil,
        broadcast: Broadcast? = nil,
        scope: UInt8 = 0,
        location: Location = .none
    ) {
        self.address = address
        self.prefixLength = prefixLength ?? (address.isIPv6 ? 128 : 32)
        self.device = device
        self.label = label
        self.broadcast = broadcast
        self.scope = scope
        self.location = location
    }
}

/// A script whose result counts for an instance (`track_script`).
public struct TrackedScript: Sendable, Hashable {
    public var name: String
    /// Instead of the script's own weight.
    public var weight: Int?
    /// Instead of the script's own.
    public var reverse: Bool?
    public var location: Location

    public init(_ name: String, weight: Int? = nil, reverse: Bool? = nil, location: Location = .none) {
        self.name = name
        self.weight = weight
        self.reverse = reverse
        self.location = location
    }
}

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
