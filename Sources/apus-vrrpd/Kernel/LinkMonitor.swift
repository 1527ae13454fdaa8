import CLinux

/// Hears of every change of interfaces and addresses.
struct LinkMonitor {
    let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 32768)

    init() throws(SystemError) {
        let groups = UInt32(LINUX_RTMGRP_LINK | LINUX_RTMGRP_IPV4_IFADDR | LINUX_RTMGRP_IPV6_IFADDR)
        descriptor = Int32(try check(linux_netlink_socket(groups), "watch the interfaces"))
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
                hasNews = true
            default:
                hasNews = true
                let count = try check(result, "hear of interface changes")
                for message in NetlinkMessage.all(in: buffer[..<count]) { table.apply(message) }
            }
        }
    }
}
