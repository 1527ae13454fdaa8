import CLinux
import VRRP

/// Asks the kernel about interfaces and addresses, and changes addresses; each call waits for its answer.
struct RoutingSocket {
    var netlink: NetlinkSocket

    init() throws(SystemError) {
        netlink = try NetlinkSocket(linux_netlink_socket(0))
    }

    /// Every interface and every address.
    mutating func table() throws(SystemError) -> LinkTable {
        var table = LinkTable()
        for type in [LINUX_RTM_GETLINK, LINUX_RTM_GETADDR] {
            var request = netlink.begin(type, flags: LINUX_NLM_F_DUMP)
            // struct rtgenmsg: the family, padded to the longer of the two requests' fixed parts.
            request.append(UInt8(LINUX_AF_UNSPEC))
            for _ in 1..<16 { request.append(UInt8(0)) }
            for message in try netlink.exchange(request, "list the interfaces") { table.apply(message) }
        }
        return table
    }

    /// - Returns: false when it was there already.
    mutating func add(_ entry: Plan.Address, to link: Link) throws(SystemError) -> Bool {
        var request = netlink.begin(
            LINUX_RTM_NEWADDR,
            flags: LINUX_NLM_F_ACK | LINUX_NLM_F_CREATE | LINUX_NLM_F_EXCL
        )
        append(entry, link, to: &request)
        do throws(SystemError) {
            _ = try netlink.exchange(request, "add \(entry.address.description) to \(link.description)")
            return true
        } catch {
            guard error.code == LINUX_EEXIST else { throw error }
            return false
        }
    }

    /// - Returns: false when it was not there.
    mutating func remove(_ entry: Plan.Address, from link: Link) throws(SystemError) -> Bool {
        var request = netlink.begin(LINUX_RTM_DELADDR, flags: LINUX_NLM_F_ACK)
        append(entry, link, to: &request)
        do throws(SystemError) {
            _ = try netlink.exchange(request, "remove \(entry.address.description) from \(link.description)")
            return true
        } catch {
            guard error.code == LINUX_EADDRNOTAVAIL else { throw error }
            return false
        }
    }

    /// struct ifaddrmsg and its attributes.
    private func append(_ entry: Plan.Address, _ link: Link, to request: inout NetlinkRequest) {
        let family = entry.address.address.family
        request.append(UInt8(family.number))
        request.append(entry.address.prefixLength)
        // Another router may still have it: the kernel's look for duplicates would find that, and give up.
        request.append(UInt8(family == .v6 ? LINUX_IFA_F_NODAD : 0))
        request.append(entry.scope)
        request.append(link.index)
        let bytes = entry.address.address.bytes
        request.appendAttribute(LINUX_IFA_LOCAL, bytes)
        request.appendAttribute(LINUX_IFA_ADDRESS, bytes)
        if let broadcast = entry.broadcast {
            request.appendAttribute(LINUX_IFA_BROADCAST, IPAddress.v4(broadcast).bytes)
        }
        if family == .v6, entry.address.prefixLength == 128 {
            // struct ifa_cacheinfo: deprecated, so that nothing is sent from it unasked, and valid for ever.
            let lifetimes: [UInt32] = [0, .max, 0, 0]
            request.appendAttribute(LINUX_IFA_CACHEINFO, lifetimes.flatMap { $0.bytes })
        }
        if let label = entry.label { request.appendAttribute(LINUX_IFA_LABEL, label.terminated) }
    }
}

extension InterfaceAddress {
    var description: String { "\(address.description)/\(prefixLength)" }
}

extension Link {
    var description: String { String(decoding: name, as: UTF8.self) }
}
