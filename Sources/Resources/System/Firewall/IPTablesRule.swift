public import Provisioning

/// A rule of the packet filter: in force now, and again after every boot.
///
/// It is kept in a file of Apus's own, of one line a rule, from which a small unit adds at boot what is missing. So
/// the rules that Docker and others make are never saved, and never brought back when they are outdated.
public struct IPTablesRule: Resource {
    public enum Table: String, Sendable, Hashable {
        case filter, nat, mangle, raw, security
    }

    public enum Family: String, Sendable, Hashable {
        case ipv4 = "iptables"
        case ipv6 = "ip6tables"
    }

    public enum Position: String, Sendable, Hashable {
        /// After the rules that are there.
        case append = "-A"
        /// Before them.
        case insert = "-I"
    }

    public var chain: String
    public var table: Table
    public var family: Family
    /// "tcp", "vrrp", a number; `nil` is any.
    public var `protocol`: String?
    /// That a packet came in on.
    public var interface: String?
    /// That it goes out on.
    public var outInterface: String?
    public var source: String?
    public var destination: String?
    /// Of tcp or udp.
    public var destinationPort: UInt16?
    /// Further matches, as arguments: `["-m", "conntrack", "--ctstate", "NEW"]`.
    public var matches: [String]
    /// A target or a chain: "ACCEPT", with its options as further elements.
    public var jump: [String]
    /// Where a missing rule is put; a rule that is there is never moved.
    public var position: Position
    public var state: Presence

    public init(
        chain: String,
        table: Table = .filter,
        family: Family = .ipv4,
        protocol: String? = nil,
        interface: String? = nil,
        outInterface: String? = nil,
        source: String? = nil,
        destination: String? = nil,
        destinationPort: UInt16? = nil,
        matches: [String] = [],
        jump: String...,
        position: Position = .append,
        state: Presence = .present
    ) {
        self.chain = chain
        self.table = table
        self.family = family
        self.protocol = `protocol`
        self.interface = interface
        self.outInterface = outInterface
        self.source = source
        self.destination = destination
        self.destinationPort = destinationPort
        self.matches = matches
        self.jump = jump
        self.position = position
        self.state = state
    }

    /// What follows the chain on iptables's command line.
    var specification: [String] {
        var words: [String] = []
        func add(_ option: String, _ value: String?) {
            if let value { words += [option, value] }
        }
        add("-s", source)
        add("-d", destination)
        add("-i", interface)
        add("-o", outInterface)
        add("-p", `protocol`)
        if let destinationPort { words += ["--dport", String(destinationPort)] }
        return words + matches + ["-j"] + jump
    }

    public var name: String {
        let family = family == .ipv4 ? "" : "ipv6 "
        return family + "\(table.rawValue) \(chain) " + specification.joined(separator: " ")
    }

    public func validate() throws {
        guard !jump.isEmpty else { throw ResourceError("IPTablesRule in \(chain) has no jump") }
        for word in [chain] + specification {
            let isWord = !word.isEmpty && !word.utf8.contains { $0 < 0x20 || $0 == 0x7f }
            guard isWord else { throw ResourceError("IPTablesRule: «\(word)» is no argument of iptables") }
        }
        if destinationPort != nil, !["tcp", "udp", "sctp", "dccp", "udplite"].contains(`protocol`) {
            throw ResourceError("IPTablesRule: destinationPort needs protocol: \"tcp\" or \"udp\"")
        }
    }

    private var subject: FirewallObservation {
        FirewallObservation(
            family: family,
            table: table,
            chain: chain,
            specification: specification,
            line: FirewallPersistence.line(of: self)
        )
    }

    public struct Seen: Sendable {
        var rule: FirewallState
        var loader: FileState?
        var unit: (FileState?, UnitState)
    }

    public var probe: Probe<Seen> {
        Probe(subject).and(FirewallPersistence.loader.probe).and(FirewallPersistence.unit.probe).map {
            Seen(rule: $0.0, loader: $0.1, unit: $1)
        }
    }

    public func plan(from seen: Seen) -> Plan {
        switch seen.rule.running {
        case .missingTool: return .unknown("\(family.rawValue) is not installed yet")
        case .refused(let why): return .unknown("\(family.rawValue) does not take the rule: \(why)")
        case .absent, .present: break
        }
        return state == .present ? planPresence(seen) : planAbsence(seen)
    }

    private func planPresence(_ seen: Seen) -> Plan {
        var difference = Difference()
        var steps: [Step] = []
        if seen.rule.running == .absent {
            difference.note("now", from: nil, to: "in force")
            steps.append(.run(command(position.rawValue)))
        }
        if !seen.rule.isPersisted {
            difference.note(FirewallPersistence.rules, from: nil, to: "has the rule")
            steps.append(FirewallPersistence.adding(FirewallPersistence.line(of: self)))
        }
        switch FirewallPersistence.plan(loader: seen.loader, unit: seen.unit) {
        case .unchanged: break
        case .unknown(let why): return .unknown(why)
        case .change(let change):
            difference.entries += change.difference.entries
            steps += change.steps
        }
        return steps.isEmpty ? .unchanged : .change(steps, difference)
    }

    private func planAbsence(_ seen: Seen) -> Plan {
        var difference = Difference()
        var steps: [Step] = []
        if seen.rule.running == .present {
            difference.note("now", from: "in force", to: nil)
            let check = command("-C").arguments.shellQuoted
            let delete = command("-D").arguments.shellQuoted
            steps.append(
                .script(
                    command("-D").display,
                    // The same rule may be there more than once.
                    "while \(check) 2>/dev/null; do \(delete) || exit; done"
                )
            )
        }
        if seen.rule.isPersisted {
            difference.note(FirewallPersistence.rules, from: "has the rule", to: nil)
            steps.append(FirewallPersistence.removing(FirewallPersistence.line(of: self)))
        }
        return steps.isEmpty ? .unchanged : .change(steps, difference)
    }

    private func command(_ verb: String) -> Invocation {
        Invocation(
            [family.rawValue, "-w", "10", "-t", table.rawValue, verb, chain] + specification
        )
    }
}
