import CLinux
import VRRP

extension RoutingSocket {
    /// - Returns: false when it was there already.
    mutating func add(_ route: Plan.Route, _ links: LinkTable) throws(SystemError) -> Bool {
        try change(
            route,
            links,
            LINUX_RTM_NEWROUTE,
            flags: LINUX_NLM_F_ACK | LINUX_NLM_F_CREATE | LINUX_NLM_F_EXCL,
            "add",
            unchanged: LINUX_EEXIST
        )
    }

    /// - Returns: false when it was not there; it goes with the address that it prefers, or with its interface.
    mutating func remove(_ route: Plan.Route, _ links: LinkTable) throws(SystemError) -> Bool {
        try change(route, links, LINUX_RTM_DELROUTE, flags: LINUX_NLM_F_ACK, "remove", unchanged: LINUX_ESRCH)
    }

    private mutating func change(
        _ route: Plan.Route,
        _ links: LinkTable,
        _ type: Int32,
        flags: Int32,
        _ verb: String,
        unchanged: Int32
    ) throws(SystemError) -> Bool {
        let operation = "\(verb) the route to \(route.destination.description)"
        var link: Link?
        if let device = route.device {
            link = links.link(named: device)
            if link == nil {
                guard type == LINUX_RTM_NEWROUTE else { return false }
                throw SystemError(operation: "\(operation) by \(device)", code: LINUX_ENODEV)
            }
        }
        var request = netlink.begin(type, flags: flags)
        append(route, link, to: &request)
        do throws(SystemError) {
            _ = try netlink.exchange(request, operation)
            return true
        } catch {
            guard error.code == unchanged else { throw error }
            return false
        }
    }

    /// struct rtmsg and its attributes (rtnetlink(7)).
    private func append(_ route: Plan.Route, _ link: Link?, to request: inout NetlinkRequest) {
        request.append(UInt8(route.destination.address.family.number))
        request.append(route.destination.prefixLength)
        request.append(UInt16(0))
        // The table is an attribute: there are more than 255.
        request.append(UInt8(0))
        request.append(UInt8(LINUX_RTPROT_STATIC))
        request.append(route.scope)
        request.append(UInt8(LINUX_RTN_UNICAST))
        request.append(UInt32(0))
        request.appendAttribute(LINUX_RTA_DST, route.destination.address.bytes)
        request.appendAttribute(LINUX_RTA_TABLE, route.table.bytes)
        if let gateway = route.gateway { request.appendAttribute(LINUX_RTA_GATEWAY, gateway.bytes) }
        if let link { request.appendAttribute(LINUX_RTA_OIF, link.index.bytes) }
        if let source = route.source { request.appendAttribute(LINUX_RTA_PREFSRC, source.bytes) }
        if let metric = route.metric { request.appendAttribute(LINUX_RTA_PRIORITY, metric.bytes) }
    }
}
