import VRRP

// How a packet finds its target. Flows say who was chosen: they are kept for direct routing, which sees every packet,
// and for clients that keep their server; translated connections are known to the kernel's connection tracking.
extension Ruleset.Service {
    // Registers: the client's address and port, whose turn it is, the target, and the link to it.
    static let client: NetfilterRule.Register = 0
    private static let turn: NetfilterRule.Register = 2
    static let target: NetfilterRule.Register = 4
    private static let link: NetfilterRule.Register = 6

    /// So that a flood of them does not take all memory.
    private static let mostFlows: Int32 = 1 << 18
    /// After which IPVS forgets connections that say nothing.
    private static let (idleTCP, idleUDP) = (Duration.seconds(900), Duration.seconds(300))
    /// The same for TCP that was only begun.
    private static let idleBeginning = Duration.seconds(60)
    private static let tcp: UInt8 = 6
    // Flags of TCP.
    private static let (syn, ack): (UInt8, UInt8) = (0x02, 0x10)

    /// The rules of its chain where packets are translated.
    func addTranslation(to table: inout NetfilterTable) {
        guard persistence == nil else {
            let flows = addFlows(to: &table, of: .endpoint)
            var rule = NetfilterRule()
            load(flows, by: &rule)
            rule.translate(to: Self.target)
            return table.addRule(to: name, rule)
        }
        guard !turns.isEmpty else { return }
        var rule = NetfilterRule()
        loadClient(by: &rule)
        choose(by: &rule, &table, .endpoint)
        rule.translate(to: Self.target)
        table.addRule(to: name, rule)
    }

    /// The rules of its chain where packets are routed directly.
    func addRouting(to table: inout NetfilterTable) {
        let flows = addFlows(to: &table, of: .address)
        let own = lasting.filter { $0.reach == .own }
        if !own.isEmpty {
            var rule = NetfilterRule()
            load(flows, by: &rule)
            let addresses = table.addSet(of: .address, own.map { $0.bytes(as: .address) })
            rule.lookUp(Self.target, in: addresses)
            rule.accept()
            table.addRule(to: name, rule)
        }
        let links = lasting.compactMap { target in
            target.link.map { (key: target.bytes(as: .address), value: $0.bytes) }
        }
        guard !links.isEmpty else { return }
        var rule = NetfilterRule()
        load(flows, by: &rule)
        rule.lookUp(Self.target, in: table.addMap(from: .address, to: .link, links), into: Self.link)
        rule.forward(to: Self.target, through: Self.link)
        table.addRule(to: name, rule)
    }

    /// A map from clients to targets with the rules that keep it: those who are gone are forgotten, new ones are
    /// given a target, and those who go on are remembered longer.
    private func addFlows(
        to table: inout NetfilterTable,
        of type: NetfilterTable.ElementType
    ) -> NetfilterTable.SetReference {
        let isTCP = transport == Self.tcp
        let keptFor = persistence ?? (isTCP ? Self.idleTCP : Self.idleUDP)
        let flows = table.addFlows(
            "\(persistence == nil ? "flows" : "clients") \(name)",
            from: persistence == nil ? .endpoint : .address,
            to: type,
            capacity: Self.mostFlows,
            keptFor: keptFor
        )
        var forget = NetfilterRule()
        requireBeginning(by: &forget)
        load(flows, by: &forget)
        if !lasting.isEmpty {
            let keys = lasting.map { $0.bytes(as: type) }
            forget.requireAbsence(of: Self.target, in: table.addSet(of: type, keys))
        }
        forget.change(.delete, flows, key: Self.client, value: Self.target)
        table.addRule(to: name, forget)

        if !turns.isEmpty {
            var assign = NetfilterRule()
            requireBeginning(by: &assign)
            loadClient(by: &assign)
            choose(by: &assign, &table, type)
            let isOnlyBegun = isTCP && persistence == nil
            let time = isOnlyBegun ? Self.idleBeginning : keptFor
            assign.change(.add(keptFor: time), flows, key: Self.client, value: Self.target)
            table.addRule(to: name, assign)
        }

        var goOn = NetfilterRule()
        requireContinuation(by: &goOn)
        load(flows, by: &goOn)
        goOn.change(.update(keptFor: keptFor), flows, key: Self.client, value: Self.target)
        table.addRule(to: name, goOn)
        return flows
    }

    private func choose(
        by rule: inout NetfilterRule,
        _ table: inout NetfilterTable,
        _ type: NetfilterTable.ElementType
    ) {
        if isHashed {
            rule.hash(Self.client, below: turns.count, into: Self.turn)
        } else {
            rule.takeTurn(of: turns.count, into: Self.turn)
        }
        let elements = turns.indices.map { (key: UInt32($0).bytes, value: turns[$0].bytes(as: type)) }
        let map = table.addMap(from: .integer, to: type, elements)
        rule.lookUp(Self.turn, in: map, into: Self.target)
    }

    private func load(_ flows: NetfilterTable.SetReference, by rule: inout NetfilterRule) {
        loadClient(by: &rule)
        rule.lookUp(Self.client, in: flows, into: Self.target)
    }

    /// Its address and, where each connection has its own target, its port.
    private func loadClient(by rule: inout NetfilterRule) {
        rule.load(.networkHeader(at: 12), count: 4, into: Self.client)
        if persistence == nil { rule.load(.transportHeader(at: 0), count: 2, into: Self.client + 1) }
    }

    /// Translation sees nothing but the first packet of a connection, and UDP has none.
    private var seesFlags: Bool {
        guard case .directRouting = way else { return false }
        return transport == Self.tcp
    }

    private func requireBeginning(by rule: inout NetfilterRule) {
        guard seesFlags else { return }
        rule.load(.transportHeader(at: 13), count: 1, into: Self.turn)
        rule.mask(Self.turn, [Self.syn | Self.ack])
        rule.require(Self.turn, [Self.syn])
    }

    private func requireContinuation(by rule: inout NetfilterRule) {
        guard seesFlags else { return }
        rule.load(.transportHeader(at: 13), count: 1, into: Self.turn)
        rule.mask(Self.turn, [Self.ack])
        rule.require(Self.turn, [Self.ack])
    }
}
