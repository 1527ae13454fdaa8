import CLinux
import KeepalivedConfiguration
import VRRP

/// Keeps the kernel's tables as the virtual servers want them, and the addresses that accept nothing.
///
/// What fails concerns one table alone, and is tried again: VRRP goes on.
struct Balancer {
    private static let retryAfter = Duration.seconds(10)

    private struct Table {
        let backEnd: BackEnd
        /// What it was made for; nil where that is not known, or failed.
        var applied: [VirtualService]? = []
        var closed: [IPAddress] = []
        /// When to try again.
        var deadline: Instant?
        var lastError: Int32 = 0
    }

    private var tables = BackEnd.all.map { Table(backEnd: $0) }
    /// nil until there is something to do.
    private var netfilter: NetfilterSocket?
    /// nil where it was not needed, or the kernel has none.
    private var ipvs: IPVSTable?
    /// Whether ip_vs does what nf_tables can do too; nil before the first service.
    private var prefersIPVS: Bool?
    /// Of all virtual servers.
    private var keys: [IPVSService.Key] = []

    /// - Parameter usesIPVS: whether ip_vs, where the kernel has it, does what nf_tables can do too.
    init(usesIPVS: Bool) {
        prefersIPVS = usesIPVS ? nil : false
    }

    /// When to try again what failed.
    var deadline: Instant? { tables.compactMap { $0.deadline }.min() }

    /// Goes over to the virtual servers of another plan: looks, before the first, whether the kernel has ip_vs, and
    /// takes over what an earlier run left there of them.
    mutating func adopt(_ services: [Plan.Service]) {
        keys = services.flatMap { IPVSService.Key.all(of: $0) }
        if prefersIPVS != nil {
            ipvs?.adopt(keys)
        } else if !keys.isEmpty {
            choose()
        }
        for index in tables.indices where tables[index].backEnd == .ipvs { tables[index].applied = nil }
    }

    private mutating func choose() {
        do throws(SystemError) {
            ipvs = try IPVSTable(keys)
            prefersIPVS = true
            Log.info("load balancing: by ip_vs")
        } catch {
            prefersIPVS = false
            Log.info("load balancing: by nf_tables: \(error.description)")
        }
    }

    /// Tells the kernel what has changed.
    ///
    /// - Parameter closed: addresses for which no packets are taken.
    mutating func apply(_ services: [VirtualService], closing closed: [IPAddress], at now: Instant) {
        for index in tables.indices {
            let backEnd = tables[index].backEnd
            let wanted = services.filter { $0.backEnd(prefersIPVS: prefersIPVS == true) == backEnd }
            let closed = closed.filter { backEnd == .netfilter(family: $0.family.number) }
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
            switch tables[index].backEnd {
            case .netfilter(let family): try replace(family, wanted, closing: closed)
            case .ipvs: try applyIPVS(wanted)
            }
            if tables[index].lastError != 0 { Log.info("\(tables[index].backEnd.name): works again") }
            tables[index] = Table(backEnd: tables[index].backEnd, applied: wanted, closed: closed)
        } catch {
            tables[index].deadline = now + Balancer.retryAfter
            guard error.code != tables[index].lastError else { return }
            tables[index].lastError = error.code
            Log.error("\(tables[index].backEnd.name): \(error.description)")
        }
    }

    private mutating func applyIPVS(_ services: [VirtualService]) throws(SystemError) {
        if ipvs == nil, let service = services.first {
            do throws(SystemError) {
                ipvs = try IPVSTable(keys)
            } catch {
                throw SystemError(
                    operation: "spread the connections of \(service.name), which needs ip_vs",
                    code: error.code,
                    remedy:
                        "modprobe ip_vs; without it there are rr, wrr and sh without flags, with NAT and DR"
                )
            }
        }
        try ipvs?.apply(services.map { IPVSService($0) })
    }

    /// Whatever an earlier run left is removed first.
    private mutating func openNetfilter() throws(SystemError) {
        guard netfilter == nil else { return }
        var new = try NetfilterSocket()
        for case .netfilter(let family) in BackEnd.all { _ = try new.remove(family: family) }
        netfilter = new
    }

    private mutating func replace(
        _ family: Int32,
        _ services: [VirtualService],
        closing closed: [IPAddress]
    ) throws(SystemError) {
        try openNetfilter()
        guard !services.isEmpty || !closed.isEmpty else {
            _ = try netfilter?.remove(family: family)
            return
        }
        var operation: Message = services.isEmpty ? "close" : "spread the connections of"
        for service in services { operation = operation + " \(service.name)" }
        for address in closed { operation = operation + " \(address.description)" }
        let isRouting = family == LINUX_NFPROTO_NETDEV
        var table =
            isRouting ? NetfilterTable.routing(services) : .translating(services, family: family)
        if !closed.isEmpty { table.close(closed) }
        try netfilter?.replace(table, operation.text)
    }

    /// Leaves nothing behind.
    mutating func remove() {
        for index in tables.indices where tables[index].applied != [] || !tables[index].closed.isEmpty {
            do throws(SystemError) {
                switch tables[index].backEnd {
                case .netfilter(let family): _ = try netfilter?.remove(family: family)
                case .ipvs: try ipvs?.apply([])
                }
            } catch {
                Log.error("\(tables[index].backEnd.name): \(error.description)")
            }
            tables[index] = Table(backEnd: tables[index].backEnd)
        }
    }
}
