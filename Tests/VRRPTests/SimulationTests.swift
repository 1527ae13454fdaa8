import Foundation
import Testing
import VRRP

@Suite("Simulated network")
struct SimulationTests {
    static let haproxy = [VirtualRouter.Tracker(name: "haproxy", weight: 2)]

    static func pair() -> [VirtualRouter.Settings] {
        [settings(priority: 101, trackers: haproxy), settings(priority: 100, trackers: haproxy)]
    }

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
        #expect(network.longestGap <= formula + network.wire.longestDelay, "seed \(seed): \(network.trace)")
        network.schedule(.power(0, on: true), after: .zero)
        network.run(for: .seconds(10))
        expectMaster(0, network, seed)
        #expect(network.longestOverlap <= network.wire.longestDelay, "seed \(seed): \(network.trace)")
    }

    @Test("a failed check moves the addresses within the skew, with no gap", arguments: 1...200)
    func failedCheck(seed: UInt64) {
        var network = SimulatedNetwork(seed: seed, settings: Self.pair())
        network.wire.longestDelay = .microseconds(500)
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

    @Test(
        "a failed check moves nothing where no backup beats the lowered priority",
        arguments: [100, 101],
        1...100
    )
    func failedCheckThatStillWins(backup: UInt8, seed: UInt64) {
        var network = SimulatedNetwork(
            seed: seed,
            settings: [settings(priority: 101, trackers: Self.haproxy), settings(priority: backup)]
        )
        network.wire.longestDelay = .microseconds(500)
        network.run(for: .seconds(10))
        network.resetMeasures()
        network.schedule(.tracker(0, passes: false), after: .milliseconds(Int(seed) * 5))
        network.run(for: .seconds(10))
        expectMaster(0, network, seed)
        #expect(network.longestGap == .zero, "seed \(seed): \(network.trace)")
        #expect(network.longestOverlap == .zero, "seed \(seed): \(network.trace)")
    }

    @Test("a healed partition has two masters for one interval at most", arguments: 1...200)
    func partition(seed: UInt64) {
        var network = SimulatedNetwork(seed: seed, settings: Self.pair())
        network.schedule(.move(1, side: 1), after: .milliseconds(Int(seed) * 5))
        network.schedule(.move(1, side: 0), after: .seconds(20) + .milliseconds(Int(seed) * 3))
        network.run(for: .seconds(20))
        #expect(network.nodes.filter(\.holdsAddresses).count == 2, "seed \(seed): \(network.trace)")
        network.run(for: .milliseconds(Int(seed) * 3))
        network.resetMeasures()
        network.run(for: .seconds(5))
        expectMaster(0, network, seed)
        #expect(
            network.longestOverlap <= .seconds(1) + network.wire.longestDelay,
            "seed \(seed): \(network.trace)"
        )
    }

    @Test(
        "a node that was paused gives way to its replacement before it says a word",
        arguments: [false, true]
    )
    func pausedMaster(keepsPackets: Bool) {
        for seed in 1...100 as ClosedRange<UInt64> {
            let routers = [settings(priority: 101), settings(priority: 100, preempts: false)]
            var network = SimulatedNetwork(seed: seed, settings: routers)
            network.run(for: .seconds(10))
            network.schedule(.pause(0), after: .milliseconds(Int(seed) * 10))
            network.schedule(.resume(0, keepsPackets: keepsPackets), after: .seconds(8))
            network.run(for: .seconds(8))
            #expect(network.nodes[1].holdsAddresses, "seed \(seed): \(network.trace)")
            network.resetMeasures()
            network.run(for: .seconds(1) + network.wire.longestDelay)
            expectMaster(1, network, seed)
            #expect(network.nodes[1].router.since.map { $0 < network.now + .seconds(-1) } == true)
            // As a backup it preempts by the rules.
            network.run(for: .seconds(5))
            expectMaster(0, network, seed)
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

    private func expectMaster(_ index: Int, _ network: SimulatedNetwork, _ seed: UInt64) {
        for (other, node) in network.nodes.enumerated() where node.isPowered {
            #expect(node.holdsAddresses == (other == index), "seed \(seed): \(network.trace)")
            #expect((node.router.state == .master) == (other == index), "seed \(seed): \(network.trace)")
        }
    }
}
