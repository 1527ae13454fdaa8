import Foundation
import Testing
import VRRP

@Suite("Simulated network")
struct SimulationTests {
    static let haproxy = [VirtualRouter.Tracker(name: "haproxy", weight: 2)]

    /// A preferred router and one that takes its place, by version and their intervals in milliseconds.
    static let pairs: [(Advertisement.Version, Int, Int)] = [
        (.v2, 1_000, 1_000), (.v3, 1_000, 1_000), (.v3, 100, 2_000), (.v3, 2_000, 100),
    ]

    private static func pair(_ index: Int, preempts: Bool = true) -> [VirtualRouter.Settings] {
        let (version, first, second) = pairs[index]
        return [(101 as UInt8, first), (100, second)].map { priority, interval in
            settings(
                priority: priority,
                version: version,
                interval: .milliseconds(interval),
                preempts: preempts,
                trackers: haproxy
            )
        }
    }

    /// The preferred one is master, and its next advert is due within its interval.
    private func settled(_ seed: UInt64, _ routers: [VirtualRouter.Settings]) -> SimulatedNetwork {
        var network = SimulatedNetwork(seed: seed, settings: routers)
        network.wire.longestDelay = routers.map(\.interval).min().map { $0 / 1_000 } ?? .zero
        network.run(for: longest(routers) * 10 + routers[0].interval * Int(seed) / 20)
        expectMaster(0, network, seed)
        network.resetMeasures()
        return network
    }

    private func longest(_ routers: [VirtualRouter.Settings]) -> Duration {
        routers.map(\.interval).max() ?? .zero
    }

    private func down(_ router: VirtualRouter.Settings, _ masterInterval: Duration) -> Duration {
        masterDown(router.version, priority: router.bestPriority, interval: masterInterval)
    }

    /// What happens to the preferred one and back, whether it says so by priority 0, and keeps the addresses meanwhile.
    typealias Fault = (SimulatedNetwork.Step, SimulatedNetwork.Step, resigns: Bool, isGapless: Bool)

    static let faults: [Fault] = [
        (.power(0, on: false), .power(0, on: true), false, false),
        (.link(0, up: false), .link(0, up: true), false, false),
        (.stop(0), .start(0), true, false),
        (.tracker(0, passes: false), .tracker(0, passes: true), true, true),
    ]

    @Test(
        "a master that goes is replaced exactly when the formula says so, and comes back exactly then",
        arguments: pairs.indices,
        faults.indices
    )
    func takeover(pair: Int, fault: Int) throws {
        let routers = Self.pair(pair)
        let (step, cure, resigns, isGapless) = Self.faults[fault]
        for seed in 1...20 as ClosedRange<UInt64> {
            var network = settled(seed, routers)
            let delay = network.wire.longestDelay
            network.run(for: routers[0].interval * 2)
            network.schedule(step, after: .zero)
            network.run(for: longest(routers) * 6)
            expectMaster(1, network, seed)
            let move = taken(network, 1)
            let last = try #require(network.measures.adverts.last { $0.node == 0 && $0.at < move })
            #expect((last.advertisement.priority == .resigned) == resigns, "\(story(seed, network))")
            let whole = down(routers[1], routers[0].interval)
            let wait = resigns ? whole - routers[0].interval * 3 : whole
            let due = last.at + wait
            #expect(due...due + delay ~= move, "\(move), not \(due): \(story(seed, network))")
            #expect(!isGapless || network.measures.longestGap == .zero, "\(story(seed, network))")
            #expect(network.measures.longestOverlap <= delay, "\(story(seed, network))")

            network.resetMeasures()
            let cured = network.now
            network.schedule(cure, after: .zero)
            network.run(for: longest(routers) * 10)
            expectMaster(0, network, seed)
            // It starts over, unless it was a backup that heard the other one.
            if !isGapless { #expect(taken(network, 0) == cured + down(routers[0], routers[0].interval)) }
            let latest = cured + down(routers[0], longest(routers))
            #expect(taken(network, 0) <= latest, "\(story(seed, network))")
            #expect(network.measures.longestGap == .zero, "\(story(seed, network))")
            #expect(network.measures.longestOverlap <= delay, "\(story(seed, network))")
            #expect(network.measures.announcer == 0, "\(story(seed, network))")
        }
    }

    /// One that starts waits by its own interval (RFC 9568 §6.4.1), so it must not be much shorter than the master's.
    @Test(
        "one that does not preempt leaves a weaker master alone, for ever",
        arguments: pairs.indices.filter { pairs[$0].1 >= pairs[$0].2 }
    )
    func leavesAlone(pair: Int) {
        let routers = Self.pair(pair, preempts: false)
        var network = SimulatedNetwork(seed: 1, settings: routers)
        network.schedule(.power(0, on: false), after: .zero)
        network.schedule(.power(0, on: true), after: longest(routers) * 6)
        network.run(for: longest(routers) * 30)
        expectMaster(1, network, 1)
        #expect(network.measures.changes.filter { $0.to == .master }.count == 1, "\(story(1, network))")
    }

    @Test(
        "a failed check moves nothing where no backup beats the lowered priority",
        arguments: [100, 101],
        1...100
    )
    func failedCheckThatStillWins(backup: UInt8, seed: UInt64) {
        let routers = [settings(priority: 101, trackers: Self.haproxy), settings(priority: backup)]
        var network = settled(seed, routers)
        network.schedule(.tracker(0, passes: false), after: .milliseconds(Int(seed) * 5))
        network.run(for: .seconds(10))
        expectMaster(0, network, seed)
        #expect(network.measures.longestGap == .zero, "\(story(seed, network))")
        #expect(network.measures.longestOverlap == .zero, "\(story(seed, network))")
    }

    @Test(
        "a healed partition has two masters until the first of them speaks, and the neighbours hear who has won",
        arguments: pairs.indices
    )
    func partition(pair: Int) {
        let routers = Self.pair(pair)
        for seed in 1...40 as ClosedRange<UInt64> {
            var network = settled(seed, routers)
            network.schedule(.move(1, side: 1), after: .zero)
            network.run(for: longest(routers) * 10 + routers[1].interval * Int(seed) / 13)
            #expect(network.nodes.filter(\.holdsAddresses).count == 2, "\(story(seed, network))")
            network.resetMeasures()
            #expect(network.measures.announcer == 1)
            network.schedule(.move(1, side: 0), after: .zero)
            network.run(for: longest(routers) * 5)
            expectMaster(0, network, seed)
            let first = min(routers[0].interval, routers[1].interval)
            let limit = first + network.wire.longestDelay * 2
            #expect(network.measures.longestOverlap <= limit, "\(story(seed, network))")
            #expect(network.measures.announcer == 0, "\(story(seed, network))")
        }
    }

    @Test(
        "a node that was paused gives way to its replacement before it says a word",
        arguments: [false, true]
    )
    func pausedMaster(keepsPackets: Bool) {
        for seed in 1...100 as ClosedRange<UInt64> {
            var network = settled(seed, [settings(priority: 101), settings(priority: 100, preempts: false)])
            network.schedule(.pause(0), after: .zero)
            network.schedule(.resume(0, keepsPackets: keepsPackets), after: .seconds(8))
            network.run(for: .seconds(8))
            #expect(network.nodes[1].holdsAddresses, "\(story(seed, network))")
            network.resetMeasures()
            network.run(for: .seconds(1) + network.wire.longestDelay)
            expectMaster(1, network, seed)
            #expect(!network.measures.adverts.contains { $0.node == 0 }, "\(story(seed, network))")
            // As a backup it preempts by the rules.
            network.run(for: .seconds(5))
            expectMaster(0, network, seed)
        }
    }

    @Test("where all stood still, the master listens for an interval and its skew, and nothing moves")
    func allPaused() {
        for seed in 1...20 as ClosedRange<UInt64> {
            let routers = Self.pair(0)
            var network = settled(seed, routers)
            for node in 0...1 {
                network.schedule(.pause(node), after: .zero)
                network.schedule(.resume(node, keepsPackets: true), after: .seconds(60))
            }
            network.run(for: .seconds(60))
            network.resetMeasures()
            let resumed = network.now
            network.run(for: .seconds(10))
            expectMaster(0, network, seed)
            #expect(network.measures.changes.isEmpty, "\(story(seed, network))")
            let listening = down(routers[0], .seconds(1)) - .seconds(2)
            #expect(network.measures.adverts.first?.at == resumed + listening, "\(story(seed, network))")
            #expect(network.measures.hasAnnounced == [0], "\(story(seed, network))")
        }
    }

    @Test("a second master that resigns moves nothing: the first one tells the backups at once")
    func secondResigns() {
        for seed in 1...20 as ClosedRange<UInt64> {
            var network = settled(seed, Self.pair(0) + Self.pair(0).suffix(1))
            // The answer must not overtake what it answers.
            network.wire.longestDelay = .zero
            network.schedule(.move(1, side: 1), after: .zero)
            network.run(for: .seconds(10))
            network.schedule(.move(1, side: 0), after: .zero)
            network.schedule(.stop(1), after: .zero)
            network.run(for: .seconds(5))
            #expect(network.nodes[0].holdsAddresses, "\(story(seed, network))")
            #expect(network.measures.mastership(of: 2) == nil, "\(story(seed, network))")
        }
    }

    /// How many random schedules to run; more by environment variable.
    static let schedules =
        ProcessInfo.processInfo.environment["APUS_VRRP_SCHEDULES"].flatMap { UInt64($0) } ?? 3_000
    static let batches: UInt64 = 8

    @Test(
        "whatever goes wrong ends in exactly one master, in the time that the timers allow",
        arguments: 0..<batches
    )
    func chaos(batch: UInt64) {
        for seed in stride(from: batch, to: Self.schedules, by: Int(Self.batches)) {
            var schedule = RandomSchedule(seed: seed)
            let broken = schedule.run()
            guard broken.isEmpty else {
                let trace = schedule.network.trace.joined(separator: "\n")
                Issue.record("seed \(seed): \(broken.joined(separator: "; "))\n\(trace)")
                return
            }
        }
    }

    /// When a node became master; the end of all time where it did not.
    private func taken(_ network: SimulatedNetwork, _ node: Int) -> Instant {
        network.measures.mastership(of: node) ?? network.now + .seconds(1_000_000)
    }

    private func expectMaster(_ index: Int, _ network: SimulatedNetwork, _ seed: UInt64) {
        #expect(network.violations.isEmpty, "\(story(seed, network))")
        for (other, node) in network.nodes.enumerated() where node.isPowered {
            #expect((node.router.state == .master) == (other == index), "\(story(seed, network))")
        }
    }

    private func story(_ seed: UInt64, _ network: SimulatedNetwork) -> String {
        "seed \(seed): \((network.violations + network.trace).joined(separator: "\n"))"
    }
}
