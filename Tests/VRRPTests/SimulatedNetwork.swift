import MutationSupport
import VRRP

/// Routers on one simulated wire, and a record of who held the addresses when. The seed decides all that is random.
struct SimulatedNetwork {
    struct Node {
        var router: VirtualRouter
        var address: IPAddress
        var isPowered = true
        /// The whole machine stands still.
        var isPaused = false
        /// Only nodes on the same side of a partition hear each other.
        var side = 0
        var holdsAddresses = false
        /// What arrived during a pause; as bounded as a socket's buffer.
        var inbox: [(advertisement: Advertisement, source: IPAddress)] = []
    }

    /// Adverts are delayed each on its own, so that they overtake each other.
    struct Wire {
        var lossPercent = 0
        var duplicationPercent = 0
        var longestDelay = Duration.milliseconds(2)
    }

    enum Step {
        case deliver(Advertisement, from: Int, to: Int)
        case power(Int, on: Bool)
        /// A paused process finds what arrived meanwhile in its socket; a paused virtual machine does not.
        case pause(Int)
        case resume(Int, keepsPackets: Bool)
        case link(Int, up: Bool)
        case tracker(Int, passes: Bool)
        case move(Int, side: Int)
        case wire(Wire)
    }

    private static let inboxCapacity = 64
    /// Far more than five routers have to say to each other in the longest delay.
    private static let mostOnTheWay = 1_000

    private(set) var nodes: [Node]
    private(set) var now = Instant(.zero)
    private(set) var trace: [String] = []
    /// What must never be, at any time.
    private(set) var violations: [String] = []
    /// The longest times without and with more than one holder, since `resetMeasures`.
    private(set) var longestGap = Duration.zero
    private(set) var longestOverlap = Duration.zero
    private(set) var mostActions = 0
    var wire = Wire()

    private var agenda: [(at: Instant, step: Step)] = []
    private var generator: SeededGenerator
    private var gap = Duration.zero
    private var overlap = Duration.zero

    init(seed: UInt64, settings: [VirtualRouter.Settings]) {
        generator = SeededGenerator(seed: seed)
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

    mutating func resetMeasures() {
        (gap, overlap, longestGap, longestOverlap) = (.zero, .zero, .zero, .zero)
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
        let time = max(next - now, .zero)
        gap = holders == 0 ? gap + time : .zero
        overlap = holders > 1 ? overlap + time : .zero
        longestGap = max(longestGap, gap)
        longestOverlap = max(longestOverlap, overlap)
        now = max(now, next)
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
            deliver(advertisement, from: nodes[sender].address, to: receiver)
            return
        case .power(let index, true): boot(index)
        case .power(let index, false):
            nodes[index].isPowered = false
            nodes[index].holdsAddresses = false
        case .pause(let index): nodes[index].isPaused = true
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
        nodes[index].router = VirtualRouter(nodes[index].router.settings)
        handle(index, .interfaceUp(nodes[index].address))
        if !nodes[index].router.settings.trackers.isEmpty { handle(index, .tracker(0, passes: true)) }
        handle(index, .start)
    }

    private mutating func resume(_ index: Int, keepsPackets: Bool) {
        nodes[index].isPaused = false
        let waiting = nodes[index].inbox
        nodes[index].inbox = []
        guard keepsPackets else { return }
        for (advertisement, source) in waiting { handle(index, .received(advertisement, from: source)) }
    }

    private mutating func deliver(_ advertisement: Advertisement, from source: IPAddress, to receiver: Int) {
        guard nodes[receiver].isPaused else {
            handle(receiver, .received(advertisement, from: source))
            return
        }
        if nodes[receiver].inbox.count < Self.inboxCapacity {
            nodes[receiver].inbox.append((advertisement, source))
        }
    }

    private mutating func handle(_ index: Int, _ event: VirtualRouter.Event) {
        guard nodes[index].isPowered else { return }
        nodes[index].router.handle(event, at: now)
        var count = 0
        while let action = nodes[index].router.nextAction() {
            count += 1
            switch action {
            case .send(let advertisement): send(advertisement, from: index)
            case .addAddresses: nodes[index].holdsAddresses = true
            case .removeAddresses: nodes[index].holdsAddresses = false
            case .changed(let change):
                trace.append("\(now.sinceOrigin) node \(index) \(change.to): \(change.reason.description)")
            case .note(let note): trace.append("\(now.sinceOrigin) node \(index) \(note.description)")
            case .announce: break
            }
        }
        mostActions = max(mostActions, count)
        if nodes[index].holdsAddresses != (nodes[index].router.state == .master) {
            violations.append(
                "\(now.sinceOrigin) node \(index): addresses without mastership, or without addresses"
            )
        }
    }

    private mutating func send(_ advertisement: Advertisement, from sender: Int) {
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
