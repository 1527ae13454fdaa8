import MutationSupport
import Testing
import VRRP

/// Firewalls between an outer and an inner network, each with a sync group of two virtual routers.
private struct GroupedNetwork {
    struct Node {
        var routers: [VirtualRouter]
        var isPowered = true
        /// By network: the link is up, and nothing arrives.
        var isCutOff = [false, false]

        var isMaster: [Bool] { routers.map { isPowered && $0.state == .master } }
    }

    private(set) var nodes: [Node] = []
    private(set) var now = Instant(.zero)
    private(set) var trace: [String] = []
    private var onTheWay: [(advertisement: Advertisement, network: Int, sender: Int)] = []

    static let tick = Duration.milliseconds(5)

    init(priorities: [UInt8]) {
        let groups = priorities.map { priority in
            (0...1).map { _ in
                VirtualRouter(
                    settings(
                        priority: priority,
                        version: .v3,
                        interval: .milliseconds(100),
                        isGrouped: true
                    )
                )
            }
        }
        nodes = groups.map { Node(routers: $0) }
        for node in nodes.indices { boot(node) }
    }

    mutating func boot(_ node: Int) {
        nodes[node].isPowered = true
        nodes[node].routers = nodes[node].routers.map { VirtualRouter($0.settings) }
        for network in 0...1 { handle(.interfaceUp(address(of: node)), node, network) }
        for network in 0...1 { handle(.start, node, network) }
    }

    mutating func cutPower(_ node: Int) { nodes[node].isPowered = false }

    mutating func cut(_ node: Int, _ network: Int, _ isCutOff: Bool) {
        nodes[node].isCutOff[network] = isCutOff
    }

    mutating func setLink(_ node: Int, _ network: Int, up: Bool) {
        handle(up ? .interfaceUp(address(of: node)) : .interfaceDown(.noCarrier), node, network)
    }

    /// Lets time pass; what is sent arrives at once.
    mutating func pass() {
        now = now + Self.tick
        for node in nodes.indices {
            for network in 0...1 {
                if let due = nodes[node].routers[network].deadline, due <= now {
                    handle(.timer, node, network)
                }
            }
        }
        while !onTheWay.isEmpty {
            let (advertisement, network, sender) = onTheWay.removeFirst()
            for node in nodes.indices where node != sender && !nodes[node].isCutOff[network] {
                handle(.received(advertisement, from: address(of: sender)), node, network)
            }
        }
    }

    /// What the driver does: the event, then the group's orders.
    private mutating func handle(_ event: VirtualRouter.Event, _ node: Int, _ network: Int) {
        guard nodes[node].isPowered else { return }
        tell(event, node, network)
        for _ in 0..<10 {
            let members = ["outer", "inner"].enumerated().map { ($1, nodes[node].routers[$0]) }
            guard let (member, order) = SyncGroup.orders(to: members).first else { return }
            tell(.group(order), node, member)
        }
        Issue.record("node \(node) is never at one: \(trace)")
    }

    private mutating func tell(_ event: VirtualRouter.Event, _ node: Int, _ network: Int) {
        for action in nodes[node].routers[network].actions(after: event, at: now) {
            switch action {
            case .send(let advertisement):
                if !nodes[node].isCutOff[network] { onTheWay.append((advertisement, network, node)) }
            case .changed(let change):
                trace.append(
                    "\(now.sinceOrigin) node \(node).\(network) \(change.to): \(change.reason.description)"
                )
            default: break
            }
        }
    }

    private func address(of node: Int) -> IPAddress { .v4(IPv4Address(10, 42, 0, UInt8(node + 1))) }
}

@Suite("Simulated sync groups")
struct SyncGroupSimulationTests {
    static let storm = 600
    static let calm = 300

    @Test("a group is never torn, and in the end the strongest has both networks", arguments: 1...100)
    func storms(seed: UInt64) {
        var generator = SeededGenerator(seed: seed &* 7919)
        var network = GroupedNetwork(priorities: [102, 101, 100])
        for tick in 0..<Self.storm + Self.calm {
            if tick < Self.storm, tick % 20 == 0 { disturb(&network, &generator) }
            if tick == Self.storm { mend(&network) }
            network.pass()
            for (index, node) in network.nodes.enumerated() where Set(node.isMaster).count > 1 {
                Issue.record("seed \(seed): node \(index) is master of one network alone: \(network.trace)")
                return
            }
        }
        let masters = network.nodes.map(\.isMaster)
        #expect(
            masters == [[true, true], [false, false], [false, false]],
            "seed \(seed): \(network.trace)"
        )
    }

    private func disturb(_ network: inout GroupedNetwork, _ generator: inout SeededGenerator) {
        let node = Int.random(in: 0...2, using: &generator)
        let side = Int.random(in: 0...1, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: network.cutPower(node)
        case 1: network.boot(node)
        case 2: network.setLink(node, side, up: false)
        case 3: network.setLink(node, side, up: true)
        case 4: network.cut(node, side, true)
        default: network.cut(node, side, false)
        }
    }

    private func mend(_ network: inout GroupedNetwork) {
        for node in network.nodes.indices {
            if !network.nodes[node].isPowered { network.boot(node) }
            for side in 0...1 {
                network.cut(node, side, false)
                network.setLink(node, side, up: true)
            }
        }
    }
}
