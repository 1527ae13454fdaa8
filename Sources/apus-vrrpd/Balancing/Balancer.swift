import CLinux
import KeepalivedConfiguration
import VRRP

/// Keeps the kernel's tables as the virtual servers want them.
///
/// What fails concerns the services of one table alone, and is tried again: VRRP goes on.
struct Balancer {
    private static let retryAfter = Duration.seconds(10)

    private struct Table {
        let family: Int32
        /// What it was made for; nil where that failed.
        var applied: [VirtualService]? = []
        /// When to try again.
        var deadline: Instant?
        var lastError: Int32 = 0
    }

    private var tables = [LINUX_NFPROTO_IPV4, LINUX_NFPROTO_IPV6, LINUX_NFPROTO_NETDEV].map {
        Table(family: $0)
    }
    /// nil until there is something to do.
    private var socket: NetfilterSocket?

    /// When to try again what failed.
    var deadline: Instant? { tables.compactMap { $0.deadline }.min() }

    /// Tells the kernel what has changed.
    mutating func apply(_ services: [VirtualService], at now: Instant) {
        for index in tables.indices {
            let wanted = services.filter { $0.table == tables[index].family }
            if wanted != tables[index].applied { apply(wanted, table: index, at: now) }
        }
    }

    private mutating func apply(_ wanted: [VirtualService], table index: Int, at now: Instant) {
        if let deadline = tables[index].deadline, now < deadline { return }
        do throws(SystemError) {
            tables[index].applied = nil
            try open()
            try replace(tables[index].family, wanted)
            if tables[index].lastError != 0 { Log.info("load balancing: works again") }
            tables[index] = Table(family: tables[index].family, applied: wanted)
        } catch {
            tables[index].deadline = now + Balancer.retryAfter
            guard error.code != tables[index].lastError else { return }
            tables[index].lastError = error.code
            Log.error("load balancing: \(error.description)")
        }
    }

    /// Whatever an earlier run left is removed first.
    private mutating func open() throws(SystemError) {
        guard socket == nil else { return }
        var new = try NetfilterSocket()
        for table in tables { _ = try new.remove(family: table.family) }
        socket = new
    }

    private mutating func replace(_ family: Int32, _ services: [VirtualService]) throws(SystemError) {
        guard !services.isEmpty else {
            _ = try socket?.remove(family: family)
            return
        }
        var operation: Message = "spread the connections of"
        for service in services { operation = operation + " \(service.name)" }
        let isRouting = family == LINUX_NFPROTO_NETDEV
        let table =
            isRouting ? NetfilterTable.routing(services) : .translating(services, family: family)
        try socket?.replace(table, operation.text)
    }

    /// Leaves nothing behind.
    mutating func remove() {
        for index in tables.indices where tables[index].applied != [] {
            do throws(SystemError) {
                _ = try socket?.remove(family: tables[index].family)
            } catch {
                Log.error("load balancing: \(error.description)")
            }
            tables[index] = Table(family: tables[index].family)
        }
    }
}

extension VirtualService {
    /// The family of the table that does it.
    fileprivate var table: Int32 {
        if case .directRouting = way { return LINUX_NFPROTO_NETDEV }
        return address.family.number
    }
}
