import CLinux

extension RoutingSocket {
    /// A macvlan, not yet up. In bridge mode, so that what another router sends from the same virtual MAC address
    /// reaches the interface below it too.
    ///
    /// - Returns: false when there is an interface of that name already.
    mutating func addVirtualInterface(
        _ name: String,
        on base: Link,
        hardwareAddress: [UInt8]
    ) throws(SystemError) -> Bool {
        var request = netlink.begin(
            LINUX_RTM_NEWLINK,
            flags: LINUX_NLM_F_ACK | LINUX_NLM_F_CREATE | LINUX_NLM_F_EXCL
        )
        appendLink(0, to: &request)
        request.appendAttribute(LINUX_IFLA_IFNAME, name.terminated)
        request.appendAttribute(LINUX_IFLA_LINK, base.index.bytes)
        request.appendAttribute(LINUX_IFLA_ADDRESS, hardwareAddress)
        let mode = attribute(LINUX_IFLA_MACVLAN_MODE, UInt32(LINUX_MACVLAN_MODE_BRIDGE).bytes)
        let kind = attribute(LINUX_IFLA_INFO_KIND, "macvlan".terminated)
        request.appendAttribute(LINUX_IFLA_LINKINFO, kind + attribute(LINUX_IFLA_INFO_DATA, mode))
        do throws(SystemError) {
            _ = try netlink.exchange(request, "make the interface \(name) on \(base.description)")
            return true
        } catch {
            guard error.code == LINUX_EEXIST else { throw error }
            return false
        }
    }

    mutating func set(_ link: Link, isUp: Bool) throws(SystemError) {
        var request = netlink.begin(LINUX_RTM_NEWLINK, flags: LINUX_NLM_F_ACK)
        appendLink(link.index, flags: isUp ? LINUX_IFF_UP : 0, changing: LINUX_IFF_UP, to: &request)
        _ = try netlink.exchange(request, "\(isUp ? "raise" : "lower") the interface \(link.description)")
    }

    mutating func removeInterface(_ link: Link) throws(SystemError) {
        var request = netlink.begin(LINUX_RTM_DELLINK, flags: LINUX_NLM_F_ACK)
        appendLink(link.index, to: &request)
        _ = try netlink.exchange(request, "remove the interface \(link.description)")
    }

    /// struct ifinfomsg.
    private func appendLink(
        _ index: Int32,
        flags: Int32 = 0,
        changing mask: Int32 = 0,
        to request: inout NetlinkRequest
    ) {
        request.append(UInt8(LINUX_AF_UNSPEC))
        request.append(UInt8(0))
        request.append(UInt16(0))
        request.append(index)
        request.append(flags)
        request.append(mask)
    }
}
