import MutationSupport
import VRRP

/// A seeded story of two to five routers: everything goes wrong for a while, then nothing, several times over.
struct RandomSchedule {
    let seed: UInt64
    private var generator: SeededGenerator
    private(set) var network: SimulatedNetwork
    private let version: Advertisement.Version
    /// The longest interval of all routers, which version 3 lets differ.
    private let unit: Duration

    static let storms = 2
    static let calmWire = SimulatedNetwork.Wire(longestDelay: .milliseconds(1))
    private static let faultsPerStorm = 8
    /// In units.
    private static let stormTime = 12
    private static let calmTime = 8
    private static let latestFault = 8.0
    private static let longestFault = 3.0

    init(seed: UInt64) {
        self.seed = seed
        generator = SeededGenerator(seed: seed &* 7919)
        version = Bool.random(using: &generator) ? .v2 : .v3
        unit = version == .v2 || Bool.random(using: &generator) ? .seconds(1) : .milliseconds(2_500)
        // Within a few there are ties.
        let areTied = Bool.random(using: &generator)
        let priorities: ClosedRange<UInt8> = areTied ? 99...101 : 1...255
        var routers: [VirtualRouter.Settings] = []
        for _ in 0..<Int.random(in: 2...5, using: &generator) {
            let share = version == .v2 || routers.isEmpty ? 10 : Int.random(in: 3...10, using: &generator)
            // A weight of 0 is another test.
            let weight = areTied ? 1 : Int.random(in: 1...150, using: &generator)
            routers.append(
                settings(
                    priority: UInt8.random(in: priorities, using: &generator),
                    version: version,
                    interval: unit * share / 10,
                    preempts: Int.random(in: 0..<4, using: &generator) > 0,
                    trackers: [
                        .init(name: "check", weight: Bool.random(using: &generator) ? weight : -weight)
                    ]
                )
            )
        }
        // Two owners would be a mistake of people that no protocol mends.
        for index in routers.indices.dropFirst() where routers[index].priority == .owner {
            routers[index].priority = Priority(254)
        }
        network = SimulatedNetwork(seed: seed, settings: routers)
    }

    /// - Returns: what was broken; empty when all is well.
    mutating func run() -> [String] {
        for _ in 0..<Self.storms {
            storm()
            network.run(for: unit * Self.stormTime)
            network.resetMeasures()
            let calm = network.now
            network.run(for: unit * Self.calmTime)
            let faults = network.violations + judge(since: calm)
            if !faults.isEmpty { return faults }
        }
        return []
    }

    /// Every fault is over a unit before the storm is.
    private mutating func storm() {
        let longest = SimulatedNetwork.longestDelay / .milliseconds(1)
        let delay = Duration.milliseconds(Int.random(in: 1...Int(longest), using: &generator))
        network.wire = SimulatedNetwork.Wire(
            lossPercent: Int.random(in: 0...60, using: &generator),
            duplicationPercent: Int.random(in: 0...20, using: &generator),
            longestDelay: delay
        )
        for _ in 0..<Self.faultsPerStorm { addFault() }
        network.schedule(.wire(Self.calmWire), after: unit * Self.stormTime - delay)
    }

    private mutating func addFault() {
        let node = network.nodes.indices.randomElement(using: &generator) ?? 0
        let start = unit * Double.random(in: 0...Self.latestFault, using: &generator)
        let end = start + unit * Double.random(in: 0...Self.longestFault, using: &generator)
        let (fault, cure): (SimulatedNetwork.Step, SimulatedNetwork.Step)
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: (fault, cure) = (.power(node, on: false), .power(node, on: true))
        case 1:
            let keepsPackets = Bool.random(using: &generator)
            (fault, cure) = (.pause(node), .resume(node, keepsPackets: keepsPackets))
        case 2: return flap(node, from: start, to: end)
        case 3: (fault, cure) = (.tracker(node, passes: false), .tracker(node, passes: true))
        case 4: (fault, cure) = (.stop(node), .start(node))
        case 5 where network.nodes[node].router.settings.priority != .owner:
            let priority = Priority(UInt8.random(in: 1...254, using: &generator))
            return network.schedule(.priority(node, priority), after: start)
        default: (fault, cure) = (.move(node, side: 1), .move(node, side: 0))
        }
        network.schedule(fault, after: start)
        network.schedule(cure, after: end)
    }

    /// The link goes and comes, again and again.
    private mutating func flap(_ node: Int, from start: Duration, to end: Duration) {
        let count = 2 * Int.random(in: 1...5, using: &generator)
        for number in 0..<count {
            let at = start + (end - start) * number / (count - 1)
            network.schedule(.link(node, up: number % 2 == 1), after: at)
        }
    }

    private func judge(since calm: Instant) -> [String] {
        let routers = network.nodes.map(\.router)
        let measures = network.measures
        // There and back.
        let talk = Self.calmWire.longestDelay * 4
        var broken: [String] = []
        let strongest = routers.map(\.settings.bestPriority).max() ?? 0
        let gap = masterDown(version, priority: strongest, interval: unit)
        if measures.longestGap > gap { broken.append("no master for \(measures.longestGap)") }
        // Each speaks within a unit, or was paused and gives way then.
        if measures.longestOverlap > unit + talk {
            broken.append("two masters for \(measures.longestOverlap)")
        }
        if network.mostActions > 8 { broken.append("\(network.mostActions) actions of one event") }

        let holders = network.nodes.indices.filter { network.nodes[$0].holdsAddresses }
        guard let holder = holders.first, holders.count == 1 else {
            return broken + ["\(holders.count) masters in the end"]
        }
        let preempting = routers.filter(\.settings.preempts).map(\.settings.bestPriority).max()
        if let preempting, preempting > routers[holder].settings.bestPriority {
            broken.append("the master is weaker than one that preempts")
        }
        // One that was paused may have given way, within a unit, and then preempts.
        let settled =
            calm + unit + talk
            + masterDown(version, priority: preempting ?? strongest, interval: unit)
        if let last = measures.changes.last, last.at > settled { broken.append("a change at \(last.at)") }
        if let announcer = measures.announcer, announcer != holder {
            broken.append("the neighbours believe node \(announcer) to be master")
        }
        return broken + judgeRhythm(of: holder, routers[holder].settings, since: settled)
    }

    /// Nobody but the master speaks, at its interval to the attosecond.
    private func judgeRhythm(
        of holder: Int,
        _ settings: VirtualRouter.Settings,
        since settled: Instant
    ) -> [String] {
        let adverts = network.measures.adverts.filter { $0.at > settled }
        var due = adverts.first.map(\.at) ?? settled
        var broken = due > settled + settings.interval ? ["the master is silent"] : []
        for advert in adverts {
            if advert.node != holder { broken.append("node \(advert.node) speaks at \(advert.at)") }
            if advert.at != due { broken.append("an advert at \(advert.at), not at \(due)") }
            let content = (Int(advert.advertisement.priority.rawValue), advert.advertisement.interval)
            if content != (settings.bestPriority, settings.interval) { broken.append("it says \(content)") }
            due = advert.at + settings.interval
        }
        return due < network.now ? broken + ["the master fell silent"] : broken
    }
}
