import MutationSupport
import VRRP

/// A seeded story of two to five routers: everything goes wrong for a while, then nothing, several times over.
struct RandomSchedule {
    let seed: UInt64
    private var generator: SeededGenerator
    private(set) var network: SimulatedNetwork

    static let storms = 2
    static let stormTime = Duration.seconds(12)
    static let calmTime = Duration.seconds(8)
    static let calmWire = SimulatedNetwork.Wire(longestDelay: .milliseconds(1))
    private static let faultsPerStorm = 6

    init(seed: UInt64) {
        self.seed = seed
        generator = SeededGenerator(seed: seed &* 7919)
        let version: Advertisement.Version = Bool.random(using: &generator) ? .v2 : .v3
        // Within a few there are ties.
        let priorities: ClosedRange<UInt8> = Bool.random(using: &generator) ? 1...255 : 99...101
        var routers: [VirtualRouter.Settings] = []
        for _ in 0..<Int.random(in: 2...5, using: &generator) {
            routers.append(
                settings(
                    priority: UInt8.random(in: priorities, using: &generator),
                    version: version,
                    preempts: Int.random(in: 0..<4, using: &generator) > 0,
                    trackers: [.init(name: "check", weight: Int.random(in: -150...150, using: &generator))]
                )
            )
        }
        // Two owners would be a mistake of people that no protocol mends; a weight of 0 is another test.
        for index in routers.indices {
            if index > 0, routers[index].priority == .owner { routers[index].priority = Priority(254) }
            if routers[index].trackers[0].weight == 0 { routers[index].trackers[0].weight = 1 }
        }
        network = SimulatedNetwork(seed: seed, settings: routers)
    }

    /// - Returns: what was broken; empty when all is well.
    mutating func run() -> [String] {
        for _ in 0..<Self.storms {
            storm()
            network.run(for: Self.stormTime)
            network.resetMeasures()
            network.run(for: Self.calmTime)
            let faults = network.violations + judge()
            if !faults.isEmpty { return faults }
        }
        return []
    }

    /// Every fault is over when the storm is.
    private mutating func storm() {
        let delay = Duration.milliseconds(Int.random(in: 1...300, using: &generator))
        network.wire = SimulatedNetwork.Wire(
            lossPercent: Int.random(in: 0...60, using: &generator),
            duplicationPercent: Int.random(in: 0...20, using: &generator),
            longestDelay: delay
        )
        for _ in 0..<Self.faultsPerStorm { addFault() }
        network.schedule(.wire(Self.calmWire), after: Self.stormTime - delay)
    }

    private mutating func addFault() {
        let node = network.nodes.indices.randomElement(using: &generator) ?? 0
        let start = Duration.milliseconds(Int.random(in: 0...8_000, using: &generator))
        let end = start + .milliseconds(Int.random(in: 1...3_000, using: &generator))
        let (fault, cure): (SimulatedNetwork.Step, SimulatedNetwork.Step)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: (fault, cure) = (.power(node, on: false), .power(node, on: true))
        case 1:
            let keepsPackets = Bool.random(using: &generator)
            (fault, cure) = (.pause(node), .resume(node, keepsPackets: keepsPackets))
        case 2: (fault, cure) = (.link(node, up: false), .link(node, up: true))
        case 3: (fault, cure) = (.tracker(node, passes: false), .tracker(node, passes: true))
        default: (fault, cure) = (.move(node, side: 1), .move(node, side: 0))
        }
        network.schedule(fault, after: start)
        network.schedule(cure, after: end)
    }

    /// The limits of a calm: a gap ends with the longest timer there is, and a second master hears of the first one
    /// with its next advertisement; one that was paused is silent for up to two intervals before that.
    private func judge() -> [String] {
        let version = network.nodes[0].router.settings.version
        let interval = Duration.seconds(1)
        let delay = Self.calmWire.longestDelay
        let longestGap = Timers.masterDown(version, priority: Priority(1), masterInterval: interval) + delay
        var broken: [String] = []
        if network.longestGap > longestGap { broken.append("no master for \(network.longestGap)") }
        if network.longestOverlap > interval * 2 + delay {
            broken.append("two masters for \(network.longestOverlap)")
        }
        if network.mostActions > 8 { broken.append("\(network.mostActions) actions of one event") }
        let holders = network.nodes.filter(\.holdsAddresses)
        if holders.count != 1 { broken.append("\(holders.count) masters in the end") }
        return broken + unwantedWeakMaster(holders.first)
    }

    /// In the end nobody who preempts is stronger than the master.
    private func unwantedWeakMaster(_ holder: SimulatedNetwork.Node?) -> [String] {
        guard let holder else { return [] }
        return network.nodes.filter {
            $0.router.settings.preempts && $0.router.effectivePriority > holder.router.effectivePriority
        }.map { "\($0.address.description) is stronger than the master" }
    }
}
