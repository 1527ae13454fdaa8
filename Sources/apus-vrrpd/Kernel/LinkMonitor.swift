import CLinux

/// Hears of every change of interfaces and addresses, and of routes that are removed where it is told to.
struct LinkMonitor {
    let descriptor: Int32
    private var followsRoutes = false
    private var lostRoutes = false
    private var buffer = [UInt8](repeating: 0, count: 32768)

    init() throws(SystemError) {
        let groups = UInt32(LINUX_RTMGRP_LINK | LINUX_RTMGRP_IPV4_IFADDR | LINUX_RTMGRP_IPV6_IFADDR)
        descriptor = Int32(try check(linux_netlink_socket(groups), "watch the interfaces"))
    }

    /// From now on.
    mutating func followRoutes() throws(SystemError) {
        guard !followsRoutes else { return }
        for group in [LINUX_RTNLGRP_IPV4_ROUTE, LINUX_RTNLGRP_IPV6_ROUTE] {
            _ = try check(linux_netlink_join(descriptor, group), "watch the routes")
        }
        followsRoutes = true
    }

    /// Whether routes may have been lost since the last call: with an interface they go without a word.
    mutating func takeLostRoutes() -> Bool {
        defer { lostRoutes = false }
        return lostRoutes
    }

    /// Applies all that has been reported. When the kernel had to drop reports, the table is read anew.
    ///
    /// - Returns: whether there was anything.
    @discardableResult
    mutating func update(
        _ table: inout LinkTable,
        rereading routing: inout RoutingSocket
    ) throws(SystemError) -> Bool {
        var hasNews = false
        while true {
            let result = buffer.withUnsafeMutableBytes {
                linux_receive(descriptor, $0.baseAddress, Int64($0.count))
            }
            switch result {
            case -Int64(LINUX_EAGAIN): return hasNews
            case -Int64(LINUX_EINTR): continue
            case -Int64(LINUX_ENOBUFS):
                table = try routing.table()
                lostRoutes = true
                hasNews = true
            default:
                hasNews = true
                let count = try check(result, "hear of interface changes")
                for message in NetlinkMessage.all(in: buffer[..<count]) {
                    table.apply(message)
                    if message.type == LINUX_RTM_DELROUTE || message.type == LINUX_RTM_NEWLINK {
                        lostRoutes = true
                    }
                }
            }
        }
    }
}
