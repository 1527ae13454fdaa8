import Testing
import VRRP

@Suite("Simulated network")
struct SimulationTests {
    static let haproxy = [VirtualRouter.Tracker(name: "haproxy", weight: 2)]

    static func pair() -> [VirtualRouter.Settings] {
        [settings(priority: 101, trackers: haproxy), settings(priority: 100, trackers: haproxy)]
    }

    /// The longest wait of any router: the weakest one's.
    static let longestDown = Timers.masterDown(.v2, priority: Priority(1), masterInterval: .seconds(1))

    @Test("a dead master is replaced within the formula, and takes its place again", arguments: 1...200)
    func powerOff(seed: UInt64) {
        var network = SimulatedNetwork(seed: seed, settings: Self.pair())
        network.run(for: .seconds(10))
        expectMaster(0, network, seed)
        network.resetMeasures()
        network.schedule(.power(0, on: false), after: .milliseconds(Int(seed) * 5))
        network.run(for: .seconds(10))
        expectMaster(1, network, seed)
        let formula = Timers.masterDown(.v2, priority: Priority(102), masterInterval: .seconds(1))
        #expect(network.longestGap <= formula + network.longestDelay, "seed \(seed): \(network.trace)")
        network.schedule(.power(0, on: true), after: .zero)
        network.run(for: .seconds(10))
        expectMaster(0, network, seed)
        #expect(network.longestOverlap <= network.longestDelay, "seed \(seed): \(network.trace)")
    }

    @Test("a failed check moves the addresses within the skew, with no gap", arguments: 1...200)
    func failedCheck(seed: UInt64) {
        var network = SimulatedNetwork(seed: seed, settings: Self.pair())
        network.longestDelay = .microseconds(500)
        network.run(for: .seconds(10))
        network.resetMeasures()
        network.schedule(.tracker(0, passes: false), after: .milliseconds(Int(seed) * 5))
        network.run(for: .milliseconds(Int(seed) * 5) + .milliseconds(620))
        expectMaster(1, network, seed)
        #expect(network.longestGap == .zero, "seed \(seed): \(network.trace)")
        network.schedule(.tracker(0, passes: true), after: .zero)
        network.run(for: .seconds(5))
        expectMaster(0, network, seed)
        #expect(network.longestGap == .zero, "seed \(seed): \(network.trace)")
    }

    @Test("a failed check moves nothing where the lowered priority still wins", arguments: 1...100)
    func failedCheckThatStillWins(seed: UInt64) {
        var network = SimulatedNetwork(
            seed: seed,
            settings: [settings(priority: 101, trackers: Self.haproxy), settings(priority: 100)]
        )
        network.longestDelay = .microseconds(500)
        network.run(for: .seconds(10))
        network.resetMeasures()
        network.schedule(.tracker(0, passes: false), after: .milliseconds(Int(seed) * 5))
        network.run(for: .seconds(10))
        expectMaster(0, network, seed)
        #expect(network.longestGap == .zero, "seed \(seed): \(network.trace)")
        #expect(network.longestOverlap == .zero, "seed \(seed): \(network.trace)")
    }

    @Test("loss, power cuts and failing checks end in exactly one master", arguments: 1...300)
    func chaos(seed: UInt64) {
        var generator = SeededGenerator(seed: seed &* 7919)
        let count = Int.random(in: 2...5, using: &generator)
        let routers = (0..<count).map { _ in
            settings(priority: UInt8.random(in: 1...254, using: &generator), trackers: Self.haproxy)
        }
        var network = SimulatedNetwork(seed: seed, settings: routers)
        network.lossPercent = Int.random(in: 0...40, using: &generator)
        network.longestDelay = .milliseconds(Int.random(in: 1...300, using: &generator))
        for _ in 0..<20 {
            let node = Int.random(in: 0..<count, using: &generator)
            let delay = Duration.milliseconds(Int.random(in: 0...40_000, using: &generator))
            if Bool.random(using: &generator) {
                network.schedule(.power(node, on: false), after: delay)
                network.schedule(.power(node, on: true), after: delay + .seconds(3))
            } else {
                network.schedule(.tracker(node, passes: false), after: delay)
                network.schedule(.tracker(node, passes: true), after: delay + .seconds(2))
            }
        }
        network.run(for: .seconds(45))

        // The wire heals: one interval ends every split, and nobody waits longer than the weakest would.
        network.lossPercent = 0
        network.longestDelay = .milliseconds(1)
        network.run(for: .seconds(1))
        network.resetMeasures()
        network.run(for: .seconds(20))
        #expect(network.longestGap <= Self.longestDown, "seed \(seed): \(network.trace)")
        #expect(network.longestOverlap <= .seconds(1) + .milliseconds(2), "seed \(seed): \(network.trace)")
        network.resetMeasures()
        network.run(for: .seconds(20))
        #expect(network.longestGap == .zero, "seed \(seed): \(network.trace)")
        #expect(network.longestOverlap == .zero, "seed \(seed): \(network.trace)")
        #expect(network.mostActions <= 8, "seed \(seed): a queue grows")
        let strongest = network.nodes.map(\.router.effectivePriority).max()
        let masters = network.nodes.filter { $0.router.state == .master }
        #expect(masters.map(\.router.effectivePriority) == [strongest], "seed \(seed): \(network.trace)")
    }

    private func expectMaster(_ index: Int, _ network: SimulatedNetwork, _ seed: UInt64) {
        for (other, node) in network.nodes.enumerated() where node.isPowered {
            #expect(node.holdsAddresses == (other == index), "seed \(seed): \(network.trace)")
            #expect((node.router.state == .master) == (other == index), "seed \(seed): \(network.trace)")
        }
    }
}
