import CLinux
import VRRP

/// What the kernel is to do with the connections of all virtual servers, as a value: it is told only of changes.
struct Ruleset: Equatable {
    var services: [Service] = []

    struct Service: Equatable {
        /// The same for one address and port, so that flows are kept under it.
        @Bytewise var name: String
        var address: IPv4Address
        var port: UInt16
        /// IP's number: 6 TCP, 17 UDP.
        var transport: UInt8
        var way: Way
        /// Whether the client's address decides, and not whose turn it is.
        var isHashed: Bool
        /// Who gets the next connection, the one after that, and so on, over and over; empty: nobody.
        var turns: [Target] = []
        /// Whose connections may go on.
        var lasting: [Target] = []
        /// How long a client keeps its server; nil: each connection has its own.
        var persistence: Duration?
    }

    enum Way: Equatable {
        /// The target's address and port get into the packets, and the own one where the target would not answer
        /// through this machine: to clients of the same network.
        case translation(masqueraded: [Masquerade])
        /// Packets that come in through the device go out to the target as they are.
        case directRouting(device: [UInt8])
        /// Another director sends its packets here: they are for a local service.
        case answering
    }

    struct Target: Equatable {
        var address: IPv4Address
        var port: UInt16
        var reach: Reach
    }

    /// Where an address is.
    enum Reach: Equatable {
        /// This machine.
        case own
        /// On a network of this machine, through a link.
        case neighbor(link: Int32, InterfaceAddress)
        case far
    }

    /// Connections from a network to a target on it.
    struct Masquerade: Equatable {
        var network: InterfaceAddress
        var target: Target
    }
}

extension LinkTable {
    func reach(of address: IPv4Address) -> Ruleset.Reach {
        var reach = Ruleset.Reach.far
        var longest = -1
        for link in links {
            for entry in link.addresses {
                if entry.address == .v4(address) { return .own }
                guard entry.contains(address), Int(entry.prefixLength) > longest else { continue }
                longest = Int(entry.prefixLength)
                reach = .neighbor(link: link.index, entry)
            }
        }
        return reach
    }
}

extension InterfaceAddress {
    /// Of an IPv4 network: the bits that its addresses have in common.
    var mask: [UInt8] {
        (prefixLength == 0 ? 0 : UInt32.max << UInt32(32 - prefixLength)).bigEndian.bytes
    }

    /// The network's own address.
    var prefix: [UInt8] { zip(address.bytes, mask).map { $0 & $1 } }

    func contains(_ other: IPv4Address) -> Bool {
        guard case .v4 = address else { return false }
        return zip(IPAddress.v4(other).bytes, mask).map { $0 & $1 } == prefix
    }
}

extension Ruleset.Target {
    /// The link to a neighbour.
    var link: Int32? {
        guard case .neighbor(let link, _) = reach else { return nil }
        return link
    }

    /// Clients on its own network: it would answer them past this machine.
    var masquerade: Ruleset.Masquerade? {
        guard case .neighbor(_, let network) = reach else { return nil }
        return Ruleset.Masquerade(network: network, target: self)
    }
    /// As a map has it.
    func bytes(as type: NetfilterTable.ElementType) -> [UInt8] {
        let address = IPAddress.v4(address).bytes
        return type == .endpoint ? address + port.bigEndian.bytes + [0, 0] : address
    }
}
