import MutationSupport
import VRRP

/// Routers on one simulated wire, and a record of who held the addresses when. The seed decides all that is random.
struct SimulatedNetwork {
    private static let inboxCapacity = 64
    static let longestDelay = Duration.milliseconds(300)
    /// Far more than five routers have to say to each other in the longest delay.
    private static let mostOnTheWay = 1_000

    private(set) var nodes: [Node]
    private(set) var now = Instant(.zero)
    private(set) var trace: [String] = []
    /// What must never be, at any time.
    private(set) var violations: [String] = []
    private(set) var measures = Measures()
    private(set) var mostActions = 0
    var wire = Wire()

    private var agenda: [(at: Instant, step: Step)] = []
    private var generator: SeededGenerator
    private var gapSince: Instant?
    private let longestInterval: Duration

    init(seed: UInt64, settings: [VirtualRouter.Settings]) {
        generator = SeededGenerator(seed: seed)
        longestInterval = settings.map(\.interval).max() ?? .zero
        nodes = settings.enumerated().map { index, settings in
            Node(
                router: VirtualRouter(settings),
                address: .v4(IPv4Address(10, 42, 0, UInt8(index + 1)))
            )
        }
        for index in nodes.indices { boot(index) }
    }

    mutating func schedule(_ step: Step, after delay: Duration) {
        agenda.append((now + delay, step))
    }

    /// From now on. Neighbours are sure of who is the only one, and else of who told them last.
    mutating func resetMeasures() {
        let holders = nodes.indices.filter { nodes[$0].isPowered && nodes[$0].holdsAddresses }
        let announcer = holders.count == 1 ? holders.first : holders.first { $0 == measures.announcer }
        measures = Measures()
        measures.announcer = announcer
    }

    /// Lets time pass, event by event; none after a violation.
    mutating func run(for duration: Duration) {
        let end = now + duration
        while violations.isEmpty, let next = nextInstant(), next <= end {
            pass(to: next)
            performDueSteps()
            expireTimers()
        }
        pass(to: end)
    }

    private func nextInstant() -> Instant? {
        var next: Instant?
        for node in nodes where node.isPowered && !node.isPaused {
            if let deadline = node.router.deadline, deadline < next ?? deadline + .seconds(1) {
                next = deadline
            }
        }
        for (at, _) in agenda where at < next ?? at + .seconds(1) { next = at }
        return next
    }

    private mutating func pass(to next: Instant) {
        let holders = nodes.count { $0.isPowered && $0.holdsAddresses }
        measures.pass(max(next - now, .zero), holders: holders)
        if holders > 0 { gapSince = nil } else { gapSince = gapSince ?? now }
        now = max(now, next)
        if let gapSince { judgeGap(since: gapSince) }
    }

    /// However much gets lost: one that is able to take over does so when its longest timer has run out.
    private mutating func judgeGap(since start: Instant) {
        for (index, node) in nodes.enumerated() {
            guard let able = node.ableSince else { continue }
            let version = node.router.settings.version
            let longest = masterDown(version, priority: 1, interval: longestInterval)
            if now - max(start, able) > longest + Self.longestDelay {
                violations.append("\(now.sinceOrigin) node \(index) did not take over since \(start)")
            }
        }
    }

    private mutating func performDueSteps() {
        let due = agenda.filter { $0.at <= now }
        agenda.removeAll { $0.at <= now }
        for (_, step) in due { perform(step) }
    }

    private mutating func expireTimers() {
        for index in nodes.indices where !nodes[index].isPaused {
            if let deadline = nodes[index].router.deadline, deadline <= now { handle(index, .timer) }
        }
    }

    private mutating func perform(_ step: Step) {
        switch step {
        case .deliver(let advertisement, let sender, let receiver):
            handle(receiver, .received(advertisement, from: nodes[sender].address))
            return
        case .power(let index, true): boot(index)
        case .power(let index, false):
            nodes[index].isPowered = false
            nodes[index].holdsAddresses = false
            nodes[index].ableSince = nil
        case .stop(let index): handle(index, .shutdown)
        case .start(let index): handle(index, .start)
        case .priority(let index, let priority): reload(index, priority)
        case .pause(let index):
            nodes[index].isPaused = true
            nodes[index].ableSince = nil
        case .resume(let index, let keepsPackets): resume(index, keepsPackets: keepsPackets)
        case .link(let index, true): handle(index, .interfaceUp(nodes[index].address))
        case .link(let index, false): handle(index, .interfaceDown(.noCarrier))
        case .tracker(let index, let passes): handle(index, .tracker(0, passes: passes))
        case .move(let index, let side): nodes[index].side = side
        case .wire(let new): wire = new
        }
        trace.append("\(now.sinceOrigin) \(step)")
    }

    private mutating func boot(_ index: Int) {
        nodes[index].isPowered = true
        nodes[index].isPaused = false
        nodes[index].holdsAddresses = false
        nodes[index].inbox = []
        nodes[index].ableSince = nil
        nodes[index].router = VirtualRouter(nodes[index].router.settings)
        handle(index, .interfaceUp(nodes[index].address))
        if !nodes[index].router.settings.trackers.isEmpty { handle(index, .tracker(0, passes: true)) }
        handle(index, .start)
    }

    private mutating func resume(_ index: Int, keepsPackets: Bool) {
        nodes[index].isPaused = false
        let waiting = nodes[index].inbox
        nodes[index].inbox = []
        for event in waiting where keepsPackets || !event.isPacket { handle(index, event) }
        noteAbility(of: index)
    }

    private mutating func reload(_ index: Int, _ priority: Priority) {
        guard nodes[index].isPowered, !nodes[index].isPaused else { return }
        var settings = nodes[index].router.settings
        settings.priority = priority
        nodes[index].router.reconfigure(settings, at: now)
        performActions(of: index)
    }

    private mutating func handle(_ index: Int, _ event: VirtualRouter.Event) {
        guard nodes[index].isPowered else { return }
        guard !nodes[index].isPaused else {
            if !event.isPacket || nodes[index].inbox.count < Self.inboxCapacity {
                nodes[index].inbox.append(event)
            }
            return
        }
        nodes[index].router.handle(event, at: now)
        performActions(of: index)
    }

    private mutating func performActions(of index: Int) {
        var count = 0
        while let action = nodes[index].router.nextAction() {
            count += 1
            perform(action, of: index)
        }
        mostActions = max(mostActions, count)
        if nodes[index].holdsAddresses != (nodes[index].router.state == .master) {
            violations.append(
                "\(now.sinceOrigin) node \(index): addresses without mastership, or without addresses"
            )
        }
        noteAbility(of: index)
    }

    private mutating func perform(_ action: VirtualRouter.Action, of index: Int) {
        switch action {
        case .send(let advertisement): send(advertisement, from: index)
        case .addAddresses: nodes[index].holdsAddresses = true
        case .removeAddresses: nodes[index].holdsAddresses = false
        case .announce:
            if !nodes[index].holdsAddresses { violations.append("node \(index) announces what it has not") }
            measures.announcer = index
            measures.hasAnnounced.insert(index)
        case .changed(let change):
            trace.append("\(now.sinceOrigin) node \(index) \(change.to): \(change.reason.description)")
            measures.changes.append((now, index, change.to))
            // It gave way without a word, perhaps to somebody who said so before.
            if case .replacedWhilePaused = change.reason, measures.announcer == index {
                measures.announcer = nil
            }
        case .note(let note): trace.append("\(now.sinceOrigin) node \(index) \(note.description)")
        }
    }

    private mutating func noteAbility(of index: Int) {
        let isAble = [.backup, .master].contains(nodes[index].router.state)
        nodes[index].ableSince = isAble ? nodes[index].ableSince ?? now : nil
    }

    private mutating func send(_ advertisement: Advertisement, from sender: Int) {
        measures.adverts.append((now, sender, advertisement))
        if agenda.count > Self.mostOnTheWay {
            violations.append("\(now.sinceOrigin) node \(sender): \(agenda.count) adverts on the way")
        }
        for receiver in nodes.indices where receiver != sender && nodes[receiver].side == nodes[sender].side {
            guard !happens(wire.lossPercent) else { continue }
            for _ in 0..<(happens(wire.duplicationPercent) ? 2 : 1) {
                let share = Int.random(in: 1...100, using: &generator)
                schedule(
                    .deliver(advertisement, from: sender, to: receiver),
                    after: wire.longestDelay * share / 100
                )
            }
        }
    }

    private mutating func happens(_ percent: Int) -> Bool {
        percent > 0 && Int.random(in: 0..<100, using: &generator) < percent
    }
}

extension VirtualRouter.Event {
    fileprivate var isPacket: Bool { if case .received = self { true } else { false } }
}
