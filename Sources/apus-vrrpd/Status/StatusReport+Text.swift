import KeepalivedConfiguration
import VRRP

extension StatusReport {
    /// For people.
    var text: String {
        var text = isHandingOver ? "handing over: this node stands back until `apus-vrrpd resume`\n" : ""
        for instance in instances {
            for line in instance.lines { text += line.text + "\n" }
        }
        for service in services {
            for line in service.lines { text += line.text + "\n" }
        }
        return text
    }
}

extension StatusReport.Instance {
    fileprivate var lines: [Message] {
        var lines: [Message] = [
            "\(name): \(state.description) since \(since) (\(age.secondsText)): \(reason)",
            "  \(interface), virtual router \(virtualRouter), VRRPv\(version), every \(interval.secondsText)",
            "  priority \(priority)\(parts)",
            "  addresses\(addresses.reduce("") { $0 + " " + $1 })",
        ]
        for peer in peers {
            lines.append("  heard \(peer.address), priority \(peer.priority), \(peer.age.secondsText) ago")
        }
        if let next {
            let what = state == .backup ? "takes over, if nobody advertises," : "acts again"
            lines.append("  \(what) in \(next.secondsText)")
        }
        lines.append("  \(sent) advertisements sent, \(received) received, \(transitions) changes of state")
        for (cause, count) in rejections { lines.append("  rejected \(count): \(cause)") }
        return lines
    }

    private var parts: String {
        guard !trackers.isEmpty else { return "" }
        var text: Message = " = \(basePriority)"
        for tracker in trackers {
            let sign = tracker.part < 0 ? "−" : "+"
            let result = tracker.passes.map { $0 ? "passes" : "fails" } ?? "has no result yet"
            let isVital = tracker.weight == 0 ? ", vital" : ""
            text = text + " \(sign) \(abs(tracker.part)) (\(tracker.name) \(result)\(isVital))"
        }
        return text.text
    }
}

extension StatusReport.Service {
    fileprivate var lines: [Message] {
        let up = servers.count { $0.isUp }
        var first: Message = "\(name): \(up) of \(servers.count) servers, weight \(weight)"
        if let backEnd { first = first + ", by \(backEnd)" }
        if !hasQuorum { first = first + ", no quorum of \(quorum)" }
        if usesSorryServer, let sorryServer { first = first + ": the sorry server \(sorryServer) takes over" }
        if !isActive, let instance { first = first + "; the master of \(instance) spreads connections" }
        var lines = [first]
        if let failure {
            lines.append(
                "  \(isActive ? "is not served" : "could not be served here"): \(failure.description)"
            )
        }
        for server in servers {
            let since: Message = "\(server.isUp ? "up" : "down") since \(server.since)"
            let why: Message = server.reason.map { ": \($0)" } ?? ", weight \(server.weight)"
            lines.append("  \(server.name): " + since + " (\(server.age.secondsText))" + why)
        }
        return lines
    }
}
