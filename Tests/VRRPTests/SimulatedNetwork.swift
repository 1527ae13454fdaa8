import VRRP

/// Routers on one simulated wire with a seeded sequence of losses and delays, and a record of who held the
/// addresses when.
struct SimulatedNetwork {
    struct Node {
        var router: VirtualRouter
        var address: IPAddress
        var isPowered = true
        var holdsAddresses = false
    }

    enum Step {
        case deliver(Advertisement, from: Int, to: Int)
        case power(Int, on: Bool)
        case tracker(Int, passes: Bool)
    }

    private(set) var nodes: [Node]
    private(set) var now = Instant(.zero)
    private(set) var trace: [String] = []
    /// The longest times without and with more than one holder, since `resetMeasures`.
    private(set) var longestGap = Duration.zero
    private(set) var longestOverlap = Duration.zero
    private(set) var mostActions = 0

    private var agenda: [(at: Instant, step: Step)] = []
    private var generator: SeededGenerator
    private var gap = Duration.zero
    private var overlap = Duration.zero
    var lossPercent = 0
    var longestDelay = Duration.milliseconds(2)

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

    /// Lets time pass, event by event.
    mutating func run(for duration: Duration) {
        let end = now + duration
        while let next = nextInstant(), next <= end {
            pass(to: next)
            perform()
        }
        pass(to: end)
    }

    private func nextInstant() -> Instant? {
        let deadlines = nodes.compactMap { $0.isPowered ? $0.router.deadline : nil }
        return (deadlines + agenda.map(\.at)).min()
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

    private mutating func perform() {
        let due = agenda.enumerated().filter { $0.element.at <= now }
        for (offset, _) in due.reversed() { agenda.remove(at: offset) }
        for (_, (_, step)) in due {
            switch step {
            case .deliver(let advertisement, let sender, let receiver):
                handle(receiver, .received(advertisement, from: nodes[sender].address))
            case .power(let index, true): boot(index)
            case .power(let index, false):
                trace.append("\(now.sinceOrigin) node \(index) off")
                nodes[index].isPowered = false
                nodes[index].holdsAddresses = false
            case .tracker(let index, let passes):
                handle(index, .tracker(0, passes: passes))
            }
        }
        for index in nodes.indices {
            if let deadline = nodes[index].router.deadline, deadline <= now { handle(index, .timer) }
        }
    }

    private mutating func boot(_ index: Int) {
        nodes[index].isPowered = true
        nodes[index].router = VirtualRouter(nodes[index].router.settings)
        handle(index, .interfaceUp(nodes[index].address))
        if !nodes[index].router.settings.trackers.isEmpty { handle(index, .tracker(0, passes: true)) }
        handle(index, .start)
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
    }

    private mutating func send(_ advertisement: Advertisement, from sender: Int) {
        for receiver in nodes.indices where receiver != sender {
            guard Int.random(in: 0..<100, using: &generator) >= lossPercent else { continue }
            let share = Int.random(in: 1...100, using: &generator)
            schedule(
                .deliver(advertisement, from: sender, to: receiver),
                after: longestDelay * share / 100
            )
        }
    }
}
