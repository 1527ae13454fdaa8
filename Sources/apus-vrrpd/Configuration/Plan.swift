import VRRP

/// What the agent does, worked out from its configuration files and checked against this machine.
struct Plan {
    var instances: [Instance]
    var checks: [Check]
    var processes: [Process]
    /// The interfaces that instances track.
    var interfaces: [String]
    var groups: [Group]
    var services: [Service]
    /// Between two announcements of addresses.
    var announcementInterval: Duration
    /// The bytes of all files read, to tell whether a reload changes anything.
    var sources: [UInt8]

    struct Instance {
        var name: String
        /// Whose state and address count.
        var interface: String
        /// The interface with the virtual MAC address, where it has one: a macvlan of the other one.
        var virtualInterface: String?
        /// What advertisements go through while it is master: one of the two. They are heard on the lower one.
        var wire: String
        var settings: VirtualRouter.Settings
        var addresses: [Address]
        var routes: [Route]
        /// Whether this machine takes packets for its addresses.
        var accepts: Bool
        /// Whether it fails with its own interface.
        var tracksInterface: Bool
        /// The address to send from, where the configuration names one.
        var source: IPAddress?
        /// For each tracker of the settings, what it follows.
        var tracked: [Tracked]
        var notifications = Notifications()

        /// All addresses of an instance are of one; the excluded ones may be of the other.
        var family: IPAddress.Family { settings.addresses.first?.family ?? .v4 }

        /// The interfaces to send through, the best first: the virtual one may be down, or not yet ready.
        var wires: [String] { wire.isSame(as: interface) ? [wire] : [wire, interface] }

        func hasAddresses(of family: IPAddress.Family) -> Bool {
            addresses.contains { $0.address.address.family == family }
        }
    }

    /// A program to start; the first argument is the path of an executable file.
    struct Program: Equatable {
        @Bytewise var arguments: [String]
        var user: apus_vrrpd.Program.User?
    }

    struct Notifications {
        var master: Program?
        var backup: Program?
        var fault: Program?
        var stop: Program?
        /// For every state; gets arguments.
        var any: Program?
    }

    /// What a tracker of an instance follows.
    struct Tracked {
        var source: Source
        /// Whether its failing counts as passing, and the other way round.
        var isReversed: Bool
    }

    /// Something with a result, by its index in the plan.
    enum Source: Equatable {
        case check(Int)
        case process(Int)
        case interface(Int)

        var kind: String {
            switch self {
            case .check: "script"
            case .process: "process"
            case .interface: "interface"
            }
        }
    }

    /// Instances, by their indices, that are master together or not at all.
    struct Group {
        var name: String
        var members: [Int]
        var notifications: Notifications
    }

    struct Address: Equatable {
        var address: InterfaceAddress
        @Bytewise var device: String
        @Bytewise var label: String?
        var broadcast: IPv4Address?
        /// rtnetlink's number: 0 global … 254 host.
        var scope: UInt8 = 0
    }

    struct Route: Equatable {
        var destination: InterfaceAddress
        var gateway: IPAddress?
        @Bytewise var device: String?
        var source: IPAddress?
        /// rtnetlink's number: 0 global, 253 link.
        var scope: UInt8
        var table: UInt32
        var metric: UInt32?
    }

    struct Check: Equatable {
        @Bytewise var name: String
        var probe: Probe
        var settings: PeriodicCheck.Settings

        var program: Program? {
            guard case .program(let program) = probe else { return nil }
            return program
        }
    }

    /// Processes of one name of which enough must run.
    struct Process: Equatable {
        @Bytewise var name: String
        @Bytewise var process: String
        var quorum: Int
    }

    /// For people.
    var summary: String {
        var text = ""
        for instance in instances {
            if !text.utf8.isEmpty { text += "; " }
            text += "\(instance.name) on \(instance.interface),"
            text += " virtual router \(instance.settings.virtualRouter.rawValue),"
            text += " priority \(instance.settings.priority.rawValue)"
        }
        for service in services {
            if !text.utf8.isEmpty { text += "; " }
            text += service.name
        }
        return text
    }
}
