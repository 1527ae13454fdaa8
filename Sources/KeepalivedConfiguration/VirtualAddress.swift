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

/// A route that follows the master (`virtual_routes`).
public struct VirtualRoute: Sendable, Hashable {
    /// All zeros with prefix length 0 is the default route.
    public var destination: Address
    public var prefixLength: UInt8
    public var gateway: Address?
    /// nil: the kernel's choice; without a gateway the instance's interface.
    public var device: String?
    /// The source address that the route prefers.
    public var source: Address?
    /// rtnetlink's number; nil: global with a gateway, link without.
    public var scope: UInt8?
    /// rtnetlink's number; nil: the main one.
    public var table: UInt32?
    public var metric: UInt32?
    public var location: Location

    public init(
        to destination: Address,
        prefixLength: UInt8,
        gateway: Address? = nil,
        device: String? = nil,
        source: Address? = nil,
        scope: UInt8? = nil,
        table: UInt32? = nil,
        metric: UInt32? = nil,
        location: Location = .none
    ) {
        self.destination = destination
        self.prefixLength = prefixLength
        self.gateway = gateway
        self.device = device
        self.source = source
        self.scope = scope
        self.table = table
        self.metric = metric
        self.location = location
    }
}

/// The virtual router's own MAC address, on an interface of its own (`use_vmac`).
public struct VirtualMAC: Sendable, Hashable {
    /// The name of that interface; nil: `vrrp.` (`vrrp6.` for IPv6) and the virtual router's number.
    public var interface: String?
    /// Advertise from the interface below it, with that one's MAC address (`vmac_xmit_base`).
    public var advertisesFromBase: Bool

    public init(interface: String? = nil, advertisesFromBase: Bool = false) {
        self.interface = interface
        self.advertisesFromBase = advertisesFromBase
    }
}
