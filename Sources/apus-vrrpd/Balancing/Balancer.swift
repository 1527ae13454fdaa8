import CLinux
import KeepalivedConfiguration
import VRRP

/// Keeps the kernel's tables as the virtual servers want them, and the addresses that accept nothing.
///
/// What fails concerns one table alone, of ip_vs one service, and is tried again: VRRP goes on.
struct Balancer {
    private static let retryAfter = Duration.seconds(10)

    /// What a table is to do.
    private struct Work: Equatable {
        var services: [VirtualService] = []
        /// The names of these, and of those that it would have too if this node were their master.
        @Bytewise var names: [String] = []
        var closed: [IPAddress] = []
    }

    private struct Table {
        let backEnd: BackEnd
        /// What it was told last.
        var work = Work()
        var failures: [Failure] = []
        /// When to tell it again: something failed, or what the kernel has is not known.
        var deadline: Instant?
    }

    /// What a part of the kernel does not do.
    struct Failure {
        /// The names of services.
        var services: [String]
        var error: SystemError

        func isSame(as other: Failure) -> Bool {
            error.code == other.error.code && error.operation.isSame(as: other.error.operation)
        }
    }

    private var tables = BackEnd.all.map { Table(backEnd: $0) }
    /// nil until there is something to do.
    private var netfilter: NetfilterSocket?
    /// nil where it was not needed, or the kernel has none.
    private var ipvs: IPVSTable?
    private let usesIPVS: Bool
    /// Whether ip_vs does what nf_tables can do too; nil before the first service.
    private var prefersIPVS: Bool?
    /// Of all virtual servers.
    private var keys: [ServiceKey] = []

    /// - Parameter usesIPVS: whether ip_vs, where the kernel has it, does what nf_tables can do too.
    init(usesIPVS: Bool) {
        self.usesIPVS = usesIPVS
    }

    /// When to try again what failed.
    var deadline: Instant? { tables.compactMap { $0.deadline }.min() }

    /// Goes over to the virtual servers of another plan: looks, before the first, whether the kernel has ip_vs, and
    /// takes over what an earlier run left there of them.
    mutating func adopt(_ services: [Plan.Service]) {
        keys = services.flatMap { $0.keys }
        if prefersIPVS != nil {
            ipvs?.adopt(keys)
        } else if !keys.isEmpty {
            choose()
        }
        for index in tables.indices where tables[index].backEnd == .ipvs {
            tables[index].deadline = Instant(.zero)
        }
    }

    private mutating func choose() {
        guard usesIPVS else {
            prefersIPVS = false
            Log.info("load balancing: by nf_tables, as --no-ipvs says")
            return
        }
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
    /// - Parameters:
    ///   - standby: what there would be to do too if this node were master of everything.
    ///   - closed: addresses for which no packets are taken.
    mutating func apply(
        _ services: [VirtualService],
        standby: [VirtualService],
        closing closed: [IPAddress],
        at now: Instant
    ) {
        for index in tables.indices {
            let backEnd = tables[index].backEnd
            let work = work(of: backEnd, services, standby: standby, closing: closed)
            let isDue = tables[index].deadline.map { $0 <= now } ?? false
            guard isDue || work != tables[index].work else { continue }
            let failures = perform(work, by: backEnd)
            log(failures, after: tables[index].failures, of: backEnd)
            let deadline = failures.isEmpty ? nil : now + Balancer.retryAfter
            tables[index] = Table(backEnd: backEnd, work: work, failures: failures, deadline: deadline)
        }
    }

    /// A table's part of it.
    private func work(
        of backEnd: BackEnd,
        _ services: [VirtualService],
        standby: [VirtualService],
        closing closed: [IPAddress]
    ) -> Work {
        var work = Work(closed: closed.filter { backEnd == .netfilter(family: $0.family.number) })
        for service in services where self.backEnd(of: service) == backEnd {
            work.services.append(service)
            work.names.append(service.name)
        }
        for service in standby where self.backEnd(of: service) == backEnd {
            work.names.append(service.name)
        }
        return work
    }

    private func backEnd(of service: VirtualService) -> BackEnd {
        service.backEnd(prefersIPVS: prefersIPVS == true)
    }

    private func log(_ failures: [Failure], after old: [Failure], of backEnd: BackEnd) {
        for failure in failures where !old.contains(where: { $0.isSame(as: failure) }) {
            Log.error("\(backEnd.name): \(failure.error.description)")
        }
        if failures.isEmpty, !old.isEmpty { Log.info("\(backEnd.name): works again") }
    }

    /// Which part of the kernel spreads the connections of a service, or would if this node were their master, and why
    /// it does not.
    func standing(of name: String) -> (backEnd: BackEnd?, failure: SystemError?) {
        var standing: (backEnd: BackEnd?, failure: SystemError?)
        // Who answers another director has a table that spreads behind the one that takes what that sends.
        for table in tables where Self.list(table.work.names, has: name) {
            standing.backEnd = table.backEnd
            for failure in table.failures where Self.list(failure.services, has: name) {
                standing.failure = failure.error
            }
        }
        return standing
    }

    @inline(never)
    private static func list(_ names: [String], has name: String) -> Bool {
        names.contains { $0.isSame(as: name) }
    }

    private mutating func perform(_ work: Work, by backEnd: BackEnd) -> [Failure] {
        do throws(SystemError) {
            switch backEnd {
            case .netfilter(let family):
                try replace(family, work.services, closing: work.closed)
                return []
            case .ipvs:
                try openIPVS(for: work.names)
                return try ipvs?.apply(work.services) ?? []
            }
        } catch {
            return [Failure(services: work.names, error: error)]
        }
    }

    /// A standby is told too, before it is needed.
    private mutating func openIPVS(for services: [String]) throws(SystemError) {
        guard ipvs == nil, !services.isEmpty else { return }
        do throws(SystemError) {
            ipvs = try IPVSTable(keys)
        } catch {
            var operation: Message = "spread the connections of"
            for service in services { operation = operation + " \(service)" }
            throw SystemError(
                operation: (operation + ", which needs ip_vs").text,
                code: error.code,
                remedy: "modprobe ip_vs; without it there are rr, wrr and sh without flags, with NAT and DR"
            )
        }
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
        for index in tables.indices {
            let (backEnd, work) = (tables[index].backEnd, tables[index].work)
            guard !work.services.isEmpty || !work.closed.isEmpty || tables[index].deadline != nil else {
                continue
            }
            tables[index] = Table(backEnd: backEnd)
            do throws(SystemError) {
                switch backEnd {
                case .netfilter(let family): _ = try netfilter?.remove(family: family)
                case .ipvs: log(try ipvs?.apply([]) ?? [], after: [], of: backEnd)
                }
            } catch {
                Log.error("\(backEnd.name): \(error.description)")
            }
        }
    }
}
