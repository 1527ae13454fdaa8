import Provisioning

/// All virtual routers of all hosts in one table, and what is wrong between them.
struct StatusTable {
    var replies: [(host: String, reply: AgentReply)]

    /// A virtual address with other than one master, a virtual server without a quorum or a back end, and hosts that do
    /// not answer. Empty: all is well.
    var problems: [String] {
        var problems: [String] = []
        var seen: [String] = []
        for address in holders.map(\.address) where !seen.contains(address) {
            seen.append(address)
            let masters = holders.filter { $0.address == address && $0.state == "master" }.map(\.host)
            if masters.isEmpty { problems.append("\(address) has no master") }
            if masters.count > 1 {
                problems.append("\(address) has several masters: \(masters.joined(separator: ", "))")
            }
        }
        for (host, server) in virtualServers {
            if server.active, !server.hasQuorum {
                problems.append("\(host): \(server.name) has too few servers")
            }
            if let failure = server.failure {
                let effect = server.active ? "is not served" : "could not be served"
                problems.append("\(host): \(server.name) \(effect): \(failure)")
            }
        }
        for case (let host, .failed(let reason)) in replies {
            problems.append("\(host): \(reason.prefix { !$0.isNewline })")
        }
        if seen.isEmpty, problems.isEmpty { problems.append("no host runs the VRRP agent") }
        return problems
    }

    private var holders: [(address: String, host: String, state: String)] {
        rows.flatMap { row in row.instance.addresses.map { ($0, row.host, row.instance.state) } }
    }

    private var rows: [(host: String, instance: AgentStatus.Instance, isHandingOver: Bool)] {
        replies.flatMap { host, reply in
            guard case .status(let status) = reply else {
                return [] as [(String, AgentStatus.Instance, Bool)]
            }
            return status.instances.map { (host, $0, status.handingOver) }
        }
    }

    private var virtualServers: [(host: String, server: AgentStatus.VirtualServer)] {
        replies.flatMap { host, reply in
            guard case .status(let status) = reply else { return [] as [(String, AgentStatus.VirtualServer)] }
            return (status.virtualServers ?? []).map { (host, $0) }
        }
    }

    /// Lines with their ends.
    var text: String {
        var lines = Self.lines(of: routers)
        if !virtualServers.isEmpty { lines += Self.lines(of: services) }
        let absent = replies.filter { $0.reply == .absent }.count
        if absent > 0 { lines.append(Style.faint("\(absent) of \(replies.count) hosts have no agent")) }
        lines += problems.map { Style.bad($0) }
        return lines.map { $0 + "\n" }.joined()
    }

    private var routers: [[String]] {
        var table = [["HOST", "INSTANCE", "STATE", "FOR", "PRIORITY", "ADDRESSES", "WHY"]]
        for (host, instance, isHandingOver) in rows {
            table.append([
                host, instance.name, isHandingOver ? "\(instance.state) (hands over)" : instance.state,
                Duration.seconds(instance.seconds).brief, priority(of: instance),
                instance.addresses.joined(separator: " "), instance.reason,
            ])
        }
        return table
    }

    private var services: [[String]] {
        var table = [["HOST", "VIRTUAL SERVER", "STATE", "BY", "SERVERS", "DOWN"]]
        for (host, server) in virtualServers {
            let up = server.realServers.count { $0.up }
            let sorry = server.usesSorryServer ? ", sorry server" : ""
            let down = server.realServers.filter { !$0.up }.map { real in
                real.name + (real.reason.map { " (\($0))" } ?? "")
            }
            table.append([
                host, server.name, server.active ? "active" : "standby", server.backEnd ?? "",
                "\(up) of \(server.realServers.count) servers\(sorry)", down.joined(separator: ", "),
            ])
        }
        return table
    }

    /// The columns are as wide as their contents; the last one has no end.
    private static func lines(of table: [[String]]) -> [String] {
        let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        var lines = table.map { row in
            zip(row.dropLast(), widths).map { $0.padded(to: $1) }.joined(separator: "  ") + "  "
                + (row.last ?? "")
        }
        lines[0] = Style.heading(lines[0])
        return lines
    }

    /// `103 = 101 + 2 haproxy`
    private func priority(of instance: AgentStatus.Instance) -> String {
        let parts = instance.trackers.filter { $0.part != 0 || $0.passes == false }.map { tracker in
            "\(tracker.part < 0 ? "−" : "+") \(tracker.part.magnitude) \(tracker.name)"
        }
        guard !parts.isEmpty else { return "\(instance.priority)" }
        return "\(instance.priority) = \(instance.basePriority) " + parts.joined(separator: " ")
    }
}
