import CLinux
import KeepalivedConfiguration
import VRRP

/// Keeps the kernel's tables as the virtual servers want them, and the addresses that accept nothing.
///
/// What fails concerns one table alone, and is tried again: VRRP goes on.
struct Balancer {
    private static let retryAfter = Duration.seconds(10)

    private struct Table {
        let family: Int32
        /// What it was made for; nil where that failed.
        var applied: [VirtualService]? = []
        var closed: [IPAddress] = []
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
    ///
    /// - Parameter closed: addresses for which no packets are taken.
    mutating func apply(_ services: [VirtualService], closing closed: [IPAddress], at now: Instant) {
        for index in tables.indices {
            let wanted = services.filter { $0.table == tables[index].family }
            let closed = closed.filter { $0.family.number == tables[index].family }
            guard wanted != tables[index].applied || closed != tables[index].closed else { continue }
            apply(wanted, closing: closed, table: index, at: now)
        }
    }

    private mutating func apply(
        _ wanted: [VirtualService],
        closing closed: [IPAddress],
        table index: Int,
        at now: Instant
    ) {
        if let deadline = tables[index].deadline, now < deadline { return }
        do throws(SystemError) {
            tables[index].applied = nil
            try open()
            try replace(tables[index].family, wanted, closing: closed)
            if tables[index].lastError != 0 { Log.info("nf_tables: works again") }
            tables[index] = Table(family: tables[index].family, applied: wanted, closed: closed)
        } catch {
            tables[index].deadline = now + Balancer.retryAfter
            guard error.code != tables[index].lastError else { return }
            tables[index].lastError = error.code
            Log.error("nf_tables: \(error.description)")
        }
    }

    /// Whatever an earlier run left is removed first.
    private mutating func open() throws(SystemError) {
        guard socket == nil else { return }
        var new = try NetfilterSocket()
        for table in tables { _ = try new.remove(family: table.family) }
        socket = new
    }

    private mutating func replace(
        _ family: Int32,
        _ services: [VirtualService],
        closing closed: [IPAddress]
    ) throws(SystemError) {
        guard !services.isEmpty || !closed.isEmpty else {
            _ = try socket?.remove(family: family)
            return
        }
        var operation: Message = services.isEmpty ? "close" : "spread the connections of"
        for service in services { operation = operation + " \(service.name)" }
        for address in closed { operation = operation + " \(address.description)" }
        let isRouting = family == LINUX_NFPROTO_NETDEV
        var table =
            isRouting ? NetfilterTable.routing(services) : .translating(services, family: family)
        if !closed.isEmpty { table.close(closed) }
        try socket?.replace(table, operation.text)
    }

    /// Leaves nothing behind.
    mutating func remove() {
        for index in tables.indices where tables[index].applied != [] || !tables[index].closed.isEmpty {
            do throws(SystemError) {
                _ = try socket?.remove(family: tables[index].family)
            } catch {
                Log.error("nf_tables: \(error.description)")
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
