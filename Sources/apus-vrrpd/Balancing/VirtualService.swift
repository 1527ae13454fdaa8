import KeepalivedConfiguration
import LoadBalancing
import VRRP

/// What the kernel is to do with the connections of a virtual server, whichever part of it does it: a value, so that it
/// is told only of changes.
struct VirtualService: Equatable {
    var key: ServiceKey
    var way: Way
    var scheduler: VirtualServer.Scheduler
    var flags: VirtualServer.Flags
    /// How long a client keeps its server; nil: each connection has its own.
    var persistence: Duration?
    /// How many bits of its address make a client; nil: all.
    var clientPrefix: UInt8?
    /// Whether packets keep the port that they are for.
    var keepsPort = false
    /// Whose connections may go on.
    var destinations: [Destination] = []

    /// Of its chains and maps: connections are kept under it.
    var name: String { key.name }

    enum Way: Equatable {
        /// The destination's address and port get into the packets.
        case translation
        /// Packets that come in through the device (nil: any) go out to the destination as they are.
        case directRouting(device: [UInt8]?)
        /// Packets go to the destination in packets of IP in IP.
        case tunneling
        /// Another director sends its packets here: they are for a local service.
        case answering
    }

    struct Destination: Equatable {
        var address: IPAddress
        var port: UInt16
        var reach: Reach
        /// Its part of new connections; 0: none.
        var weight: Int
    }

    /// Where an address is.
    enum Reach: Equatable {
        /// This machine.
        case own
        /// On a network of this machine, through a link.
        case neighbor(link: Int32, InterfaceAddress)
        case far
    }

    /// Who gets the next connection, the one after that, and so on, over and over; empty: nobody.
    var turns: [Destination] {
        let weights = destinations.map { scheduler == .roundRobin ? min(1, $0.weight) : $0.weight }
        return LoadBalancing.turns(for: weights).map { destinations[$0] }
    }
}

extension LinkTable {
    func reach(of address: IPAddress) -> VirtualService.Reach {
        var reach = VirtualService.Reach.far
        var longest = -1
        for link in links {
            for entry in link.addresses {
                if entry.address == address { return .own }
                guard entry.contains(address), Int(entry.prefixLength) > longest else { continue }
                longest = Int(entry.prefixLength)
                reach = .neighbor(link: link.index, entry)
            }
        }
        return reach
    }
}

extension InterfaceAddress {
    /// The bits that its network's addresses have in common.
    var mask: [UInt8] { address.family.mask(prefixLength) }

    /// The network's own address.
    var prefix: [UInt8] { zip(address.bytes, mask).map { $0 & $1 } }

    func contains(_ other: IPAddress) -> Bool {
        other.family == address.family && zip(other.bytes, mask).map { $0 & $1 } == prefix
    }
}

extension VirtualService.Destination {
    var description: String { address.description(port: port) }

    /// The link to a neighbour.
    var link: Int32? {
        guard case .neighbor(let link, _) = reach else { return nil }
        return link
    }
}

extension IPAddress.Family {
    /// Of an address, in bytes.
    var addressSize: Int { self == .v4 ? 4 : 16 }

    /// So many bits, and zeros up to the length of an address.
    func mask(_ bits: UInt8) -> [UInt8] {
        (0..<addressSize).map { index in
            ~UInt8(truncatingIfNeeded: 0xff >> min(8, max(0, Int(bits) - index * 8)))
        }
    }
}
