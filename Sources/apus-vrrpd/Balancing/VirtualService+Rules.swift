import KeepalivedConfiguration
import VRRP

// How nf_tables finds a packet's destination. Flows say who was chosen: they are kept for direct routing, which sees
// every packet, and for clients that keep their server; translated connections are known to the kernel's connection
// tracking. `nft list` of Debian 12 aborts where a value out of a map is looked up or put into a map: whoever is chosen
// has a chain of its own, which puts its address into the flows.
extension VirtualService {
    // Registers of 4 bytes: the client's address with its port behind it, whose turn it is, the destination with its
    // port behind it, and the link to it. An address of IPv6 takes four.
    static let client: NetfilterRule.Register = 0
    private static let turn: NetfilterRule.Register = 5
    private static let target: NetfilterRule.Register = 6
    private static let link: NetfilterRule.Register = 11

    /// So that a flood of them does not take all memory.
    private static let mostFlows: Int32 = 1 << 18
    /// The kernel compares no more bytes at once: of an IPv6 address and a port, the address.
    private static let mostCompared = 16
    /// After which IPVS forgets connections that say nothing.
    private static let (idleTCP, idleUDP) = (Duration.seconds(900), Duration.seconds(300))
    /// The same for TCP that was only begun.
    private static let idleBeginning = Duration.seconds(60)
    // Flags of TCP.
    private static let (syn, ack): (UInt8, UInt8) = (0x02, 0x10)

    /// The rules of its chain where packets are translated.
    func addTranslation(to table: inout NetfilterTable) {
        var rule = NetfilterRule()
        if hasFlows {
            load(addFlows(to: &table), by: &rule)
        } else {
            let turns = turns
            guard !turns.isEmpty else { return }
            takeTurn(of: turns.count, by: &rule)
            let elements = turns.indices.map {
                (key: UInt32($0).bytes, value: NetfilterTable.data(bytes(of: turns[$0])))
            }
            let map = table.addMap(to: valueType, elements)
            rule.lookUp(Self.turn, in: map, into: Self.target)
        }
        rule.translate(to: Self.target, family: key.family, hasPort: hasPorts)
        table.addRule(to: name, rule)
    }

    /// The rules of its chain where packets are routed directly. The last one is for the destinations of one link,
    /// which most are; the others have rules of their own.
    func addRouting(to table: inout NetfilterTable) {
        let flows = addFlows(to: &table)
        let common = destinations.lazy.compactMap { $0.link }.first
        for destination in destinations where destination.link != common {
            var rule = NetfilterRule()
            load(flows, by: &rule)
            rule.require(Self.target, bytes(of: destination))
            route(through: destination.link, by: &rule)
            table.addRule(to: name, rule)
        }
        guard let common else { return }
        var rule = NetfilterRule()
        load(flows, by: &rule)
        route(through: common, by: &rule)
        table.addRule(to: name, rule)
    }

    /// - Parameter link: nil: to this machine itself.
    private func route(through link: Int32?, by rule: inout NetfilterRule) {
        guard let link else { return rule.accept() }
        rule.set(Self.link, link.bytes)
        rule.forward(to: Self.target, through: Self.link, family: key.family)
    }

    /// A map from clients to destinations with the rules that keep it: new clients, and those whose destination is gone,
    /// are given one, and those who go on are remembered longer.
    private func addFlows(to table: inout NetfilterTable) -> NetfilterTable.MapReference {
        let keptFor = persistence ?? (isTCP ? Self.idleTCP : Self.idleUDP)
        let flows = table.addFlows(
            "\(persistence == nil ? "flows" : "clients") \(name)\(keepsPort ? " any port" : "")",
            from: persistence == nil ? endpointType : addressType,
            to: valueType,
            capacity: Self.mostFlows,
            keptFor: keptFor
        )
        let beginning = "\(name) new"
        table.addChain(beginning)
        var begin = NetfilterRule()
        requireFlags(Self.syn, of: Self.syn | Self.ack, by: &begin)
        begin.jump(to: beginning)
        table.addRule(to: name, begin)
        for destination in destinations {
            var keep = NetfilterRule()
            load(flows, by: &keep)
            keep.require(Self.target, comparable(destination))
            keep.return()
            table.addRule(to: beginning, keep)
        }
        var forget = NetfilterRule()
        loadClient(by: &forget)
        change(.delete, flows, to: nil, by: &forget)
        table.addRule(to: beginning, forget)
        addChoice(to: &table, chain: beginning) { destination in
            var assign = NetfilterRule()
            loadClient(by: &assign)
            let isOnlyBegun = isTCP && persistence == nil
            let time = isOnlyBegun ? Self.idleBeginning : keptFor
            change(.add(keptFor: time), flows, to: destination, by: &assign)
            return assign
        }

        var goOn = NetfilterRule()
        requireFlags(Self.ack, of: Self.ack, by: &goOn)
        load(flows, by: &goOn)
        // Whoever has a destination at all.
        goOn.require(Self.target, comparable(nil), isEqual: false)
        change(.update(keptFor: keptFor), flows, to: nil, by: &goOn)
        table.addRule(to: name, goOn)
        return flows
    }

    /// A rule that calls the chain of the destination whose turn it is.
    private func addChoice(
        to table: inout NetfilterTable,
        chain: String,
        _ assignment: (Destination) -> NetfilterRule
    ) {
        let turns = turns
        guard !turns.isEmpty else { return }
        for destination in destinations where destination.weight > 0 {
            table.addChain(self.chain(of: destination))
            table.addRule(to: self.chain(of: destination), assignment(destination))
        }
        var rule = NetfilterRule()
        takeTurn(of: turns.count, by: &rule)
        let elements = turns.indices.map {
            (key: UInt32($0).bytes, value: NetfilterTable.jump(to: self.chain(of: turns[$0])))
        }
        rule.jump(by: Self.turn, in: table.addMap(to: .verdict, elements))
        table.addRule(to: chain, rule)
    }

    private func chain(of destination: Destination) -> String { "\(name) \(destination.description)" }

    /// - Parameter destination: nil: what does not matter, because the flow is there already, or is to go.
    private func change(
        _ change: NetfilterRule.Change,
        _ flows: NetfilterTable.MapReference,
        to destination: Destination?,
        by rule: inout NetfilterRule
    ) {
        let bytes = bytes(of: destination)
        rule.set(Self.target, Array(bytes.prefix(addressSize)))
        if hasPorts {
            rule.set(Self.target + Int32(addressSize / 4), Array(bytes.dropFirst(addressSize).prefix(2)))
        }
        rule.change(change, flows, key: Self.client, value: Self.target)
    }

    /// Loads the number of the next turn, or of the client's own.
    private func takeTurn(of count: Int, by rule: inout NetfilterRule) {
        guard scheduler == .sourceHashing else { return rule.takeTurn(of: count, into: Self.turn) }
        loadSource(by: &rule)
        rule.hash(Self.client, size: addressSize, below: count, into: Self.turn)
    }

    private func load(_ flows: NetfilterTable.MapReference, by rule: inout NetfilterRule) {
        loadClient(by: &rule)
        rule.lookUp(Self.client, in: flows, into: Self.target)
    }

    /// Its address and, where each connection has its own destination, its port.
    private func loadClient(by rule: inout NetfilterRule) {
        loadSource(by: &rule)
        guard persistence == nil else {
            if let clientPrefix { rule.mask(Self.client, key.family.mask(clientPrefix)) }
            return
        }
        rule.load(.transportHeader(at: 0), count: 2, into: Self.client + Int32(addressSize / 4))
    }

    /// The source address.
    func loadSource(by rule: inout NetfilterRule) {
        rule.load(.networkHeader(at: isIPv6 ? 8 : 12), count: addressSize, into: Self.client)
    }

    /// Only packets with these flags of TCP among some. Translation sees nothing but the first packet of a connection,
    /// and UDP has none.
    private func requireFlags(_ flags: UInt8, of some: UInt8, by rule: inout NetfilterRule) {
        guard !isTranslated, isTCP else { return }
        rule.load(.transportHeader(at: 13), count: 1, into: Self.turn)
        rule.mask(Self.turn, [some])
        rule.require(Self.turn, [flags])
    }

    private var isIPv6: Bool { key.family == .v6 }

    private var isTCP: Bool { key.transports == [ServiceKey.tcp] }

    private var addressSize: Int { key.family.addressSize }

    private var isTranslated: Bool { way == .translation }

    /// Whether destinations have ports of their own.
    private var hasPorts: Bool { isTranslated && !keepsPort }

    /// Whether who was chosen is kept under the client.
    private var hasFlows: Bool { !isTranslated || persistence != nil }

    private var addressType: NetfilterTable.ElementType { isIPv6 ? .ipv6Address : .ipv4Address }

    private var endpointType: NetfilterTable.ElementType { isIPv6 ? .ipv6Endpoint : .ipv4Endpoint }

    /// Of what a map says about a destination.
    private var valueType: NetfilterTable.ElementType { hasPorts ? endpointType : addressType }

    /// As a map has it; nil: zeros.
    private func bytes(of destination: Destination?) -> [UInt8] {
        guard let destination else { return [UInt8](repeating: 0, count: Int(valueType.size)) }
        let port = hasPorts ? destination.port.bigEndian.bytes + [0, 0] : []
        return destination.address.bytes + port
    }

    private func comparable(_ destination: Destination?) -> [UInt8] {
        Array(bytes(of: destination).prefix(Self.mostCompared))
    }
}
