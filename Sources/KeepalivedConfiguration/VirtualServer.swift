/// A port of a virtual address, or several, whose connections are spread over real servers (`virtual_server`).
public struct VirtualServer: Sendable {
    public enum TransportProtocol: Sendable, Hashable { case tcp, udp }

    /// How a new connection finds its server (`lb_algo`).
    public enum Scheduler: Int, Sendable, Hashable {
        /// `rr`: one after the other, whatever their weights.
        case roundRobin
        /// `wrr`: in proportion to their weights.
        case weightedRoundRobin
        /// `sh`: the same client always gets the same one.
        case sourceHashing
        // Those that only ip_vs has (ipvsadm(8)).
        case leastConnections, weightedLeastConnections
        case localityLeastConnections, localityLeastConnectionsWithReplication
        case destinationHashing, maglevHashing
        case shortestExpectedDelay, neverQueue
        case weightedFailover, weightedOverflow
        case powerOfTwoChoices

        /// By number.
        static let names = [
            "rr", "wrr", "sh", "lc", "wlc", "lblc", "lblcr", "dh", "mh", "sed", "nq", "fo", "ovf", "twos",
        ]

        /// As `lb_algo` and the kernel call it.
        public var name: String { Self.names[rawValue] }
    }

    /// What changes a scheduler's way, as the kernel has it (linux/ip_vs.h).
    public struct Flags: OptionSet, Sendable, Hashable {
        public let rawValue: UInt32

        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// `ops`: every packet of UDP is a connection of its own.
        public static let onePacket = Flags(rawValue: 0x04)
        /// `flag-1`; `sh-fallback`, `mh-fallback`: another server where the one that hashing gives is down.
        public static let first = Flags(rawValue: 0x08)
        /// `flag-2`; `sh-port`, `mh-port`: the client's port is hashed too.
        public static let second = Flags(rawValue: 0x10)
        /// `flag-3`.
        public static let third = Flags(rawValue: 0x20)
    }

    /// How packets reach a server (`lb_kind`).
    public enum Forwarding: Sendable, Hashable {
        /// `NAT`: with the server's address and port in them. Answers must come back through this machine.
        case translation
        /// `DR`: unchanged, to the server's hardware address. It answers the client itself.
        case directRouting
        /// `TUN`: unchanged, in packets of IP in IP to the server's address. It answers the client itself.
        case tunneling
    }

    /// The name of its `virtual_server_group`; nil: it has one endpoint of its own.
    public var group: String?
    /// What clients connect to, all of one address family; there may be none where there are marks.
    public var endpoints: [Endpoint]
    /// Of packets that it takes too, whatever they are for (`fwmark`).
    public var marks: [UInt32]
    /// Default TCP.
    public var transport: TransportProtocol
    public var scheduler: Scheduler
    /// Default none.
    public var flags: Flags
    /// Default NAT.
    public var forwarding: Forwarding
    /// How long a client without connections keeps its server (`persistence_timeout`); nil: every connection finds
    /// its own.
    public var persistence: Duration?
    /// Clients whose addresses begin with so many equal bits keep one server (`persistence_granularity`); nil: each
    /// its own.
    public var persistencePrefix: UInt8?
    /// The least weight of all servers that are up for the service to count as up. Default 1.
    public var quorum: Int
    /// How far beyond the quorum the weight must go before that changes. Default 0.
    public var hysteresis: Int
    public var quorumUp: NotifyScript?
    public var quorumDown: NotifyScript?
    /// Whether the end of the agent counts as losing quorum and servers (`omega`).
    public var notifiesAtEnd: Bool
    /// Takes all connections while there is no quorum.
    public var sorryServer: Endpoint?
    public var realServers: [RealServer]
    public var location: Location

    public init(
        _ endpoints: [Endpoint],
        marks: [UInt32] = [],
        group: String? = nil,
        transport: TransportProtocol = .tcp,
        scheduler: Scheduler,
        flags: Flags = [],
        forwarding: Forwarding = .translation,
        persistence: Duration? = nil,
        persistencePrefix: UInt8? = nil,
        quorum: Int = 1,
        hysteresis: Int = 0,
        quorumUp: NotifyScript? = nil,
        quorumDown: NotifyScript? = nil,
        notifiesAtEnd: Bool = false,
        sorryServer: Endpoint? = nil,
        realServers: [RealServer],
        location: Location = .none
    ) {
        self.endpoints = endpoints
        self.marks = marks
        self.group = group
        self.transport = transport
        self.scheduler = scheduler
        self.flags = flags
        self.forwarding = forwarding
        self.persistence = persistence
        self.persistencePrefix = persistencePrefix
        self.quorum = quorum
        self.hysteresis = hysteresis
        self.quorumUp = quorumUp
        self.quorumDown = quorumDown
        self.notifiesAtEnd = notifiesAtEnd
        self.sorryServer = sorryServer
        self.realServers = realServers
        self.location = location
    }
}

/// An address and a port.
public struct Endpoint: Sendable, Hashable {
    public var address: Address
    /// 0: whatever port packets are for.
    public var port: UInt16

    public init(_ address: Address, port: UInt16) {
        self.address = address
        self.port = port
    }

    @inline(never)
    public var description: String {
        if port == 0 { return address.description }
        let message: Message = address.isIPv6 ? "[\(address)]:\(Int(port))" : "\(address):\(Int(port))"
        return message.text
    }
}

/// One that serves connections of a virtual server (`real_server`).
public struct RealServer: Sendable {
    public var endpoint: Endpoint
    /// Its part of the connections; 0: none. Default 1.
    public var weight: Int
    /// Whether connections that it has may go on when it fails.
    public var isOnlyInhibited: Bool
    public var notifyUp: NotifyScript?
    public var notifyDown: NotifyScript?
    /// It is up while all of them pass; without any it always is.
    public var checks: [HealthCheck]
    public var location: Location

    public init(
        _ endpoint: Endpoint,
        weight: Int = 1,
        isOnlyInhibited: Bool = false,
        notifyUp: NotifyScript? = nil,
        notifyDown: NotifyScript? = nil,
        checks: [HealthCheck] = [],
        location: Location = .none
    ) {
        self.endpoint = endpoint
        self.weight = weight
        self.isOnlyInhibited = isOnlyInhibited
        self.notifyUp = notifyUp
        self.notifyDown = notifyDown
        self.checks = checks
        self.location = location
    }
}
