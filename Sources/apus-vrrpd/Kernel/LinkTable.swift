import CLinux
import VRRP

/// An address with its prefix length.
struct InterfaceAddress: Equatable {
    var address: IPAddress
    var prefixLength: UInt8
}

/// A network interface as netlink shows it.
struct Link {
    var index: Int32
    var name: [UInt8]
    var isUp = false
    var hasCarrier = false
    var hardwareAddress: [UInt8] = []
    /// Those that can be used, in the kernel's order: the primary one first.
    var addresses: [InterfaceAddress] = []
}

/// All interfaces with their addresses, kept by the kernel's messages.
struct LinkTable {
    private(set) var links: [Link] = []

    func link(named name: String) -> Link? {
        links.first { $0.name.elementsEqual(name.utf8) }
    }

    /// Messages that are about neither are ignored.
    mutating func apply(_ message: NetlinkMessage) {
        switch message.type {
        case LINUX_RTM_NEWLINK, LINUX_RTM_DELLINK: applyLink(message)
        case LINUX_RTM_NEWADDR, LINUX_RTM_DELADDR: applyAddress(message)
        default: return
        }
    }

    private mutating func applyLink(_ message: NetlinkMessage) {
        // struct ifinfomsg: family, pad, type, index, flags, change. Bridges send messages of their own family
        // about their ports: a port that leaves its bridge is no interface that vanishes.
        let fixed = 16
        let payload = message.payload[...]
        guard payload.count >= fixed, Int32(payload[0]) == LINUX_AF_UNSPEC else { return }
        let index = payload.native(at: 4, as: Int32.self)
        let known = links.firstIndex { $0.index == index }
        if message.type == LINUX_RTM_DELLINK {
            if let known { links.remove(at: known) }
            return
        }
        let flags = payload.native(at: 8, as: Int32.self)
        var link = known.map { links[$0] } ?? Link(index: index, name: [])
        link.isUp = flags & LINUX_IFF_UP != 0
        link.hasCarrier = flags & LINUX_IFF_RUNNING != 0
        if let name = message.attribute(LINUX_IFLA_IFNAME, after: fixed) {
            link.name = [UInt8](name.prefix { $0 != 0 })
        }
        if let address = message.attribute(LINUX_IFLA_ADDRESS, after: fixed) {
            link.hardwareAddress = address
        }
        if let known { links[known] = link } else { links.append(link) }
    }

    private mutating func applyAddress(_ message: NetlinkMessage) {
        // struct ifaddrmsg: family, prefix length, flags, scope, index.
        let fixed = 8
        let payload = message.payload[...]
        guard payload.count >= fixed else { return }
        let index = payload.native(at: 4, as: Int32.self)
        // IFA_ADDRESS is the other end's where there are two.
        let bytes =
            message.attribute(LINUX_IFA_LOCAL, after: fixed)
            ?? message.attribute(LINUX_IFA_ADDRESS, after: fixed)
        guard let known = links.firstIndex(where: { $0.index == index }),
            let bytes, let address = IPAddress(bytes: bytes), address.family.number == Int32(payload[0])
        else { return }
        let entry = InterfaceAddress(address: address, prefixLength: payload[1])
        // While the kernel looks whether an IPv6 address is in use, nothing can be sent from it.
        let isUsable = Int32(payload[2]) & (LINUX_IFA_F_TENTATIVE | LINUX_IFA_F_DADFAILED) == 0
        if message.type == LINUX_RTM_DELADDR || !isUsable {
            links[known].addresses.removeAll { $0 == entry }
        } else {
            add(entry, to: index)
        }
    }

    /// Takes in an address that was added just now: the kernel reports one of IPv6 only later.
    mutating func add(_ entry: InterfaceAddress, to index: Int32) {
        guard let known = links.firstIndex(where: { $0.index == index }),
            !links[known].addresses.contains(entry)
        else { return }
        links[known].addresses.append(entry)
    }
}
