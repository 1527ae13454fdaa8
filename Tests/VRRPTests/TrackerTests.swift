import Testing
import VRRP

@Suite("Trackers")
struct TrackerTests {
    static let haproxy = [VirtualRouter.Tracker(name: "haproxy", weight: 2)]

    @Test(
        "weights add up",
        arguments: [
            ([2], [true], 102), ([2], [false], 100), ([2], [nil], 100),
            ([-20], [true], 100), ([-20], [false], 80), ([-20], [nil], 100),
            ([2, -5], [true, false], 97), ([200], [true], 254), ([-200], [false], 1), ([0], [true], 100),
        ] as [([Int], [Bool?], UInt8)]
    )
    func weights(weights: [Int], results: [Bool?], effective: UInt8) {
        var router = VirtualRouter.started(
            settings(trackers: weights.map { .init(name: "check", weight: $0) })
        )
        for (index, result) in results.enumerated() {
            guard let result else { continue }
            _ = router.actions(after: .tracker(index, passes: result), at: seconds(0))
        }
        #expect(router.effectivePriority == Priority(effective))
    }

    @Test("without a weight, a check must pass before the router takes part, and failing is a fault")
    func vital() {
        var router = VirtualRouter(settings(trackers: [.init(name: "vital", weight: 0)]))
        _ = router.actions(after: .interfaceUp(addressA), at: seconds(0))
        #expect(reasons(router.actions(after: .start, at: seconds(0))) == [.trackerUnknown("vital")])
        _ = router.actions(after: .tracker(0, passes: true), at: seconds(1))
        #expect(router.state == .backup)
        let due = router.deadline ?? seconds(0)
        _ = router.actions(after: .timer, at: due)
        #expect(router.state == .master)
        let actions = router.actions(after: .tracker(0, passes: false), at: due + .seconds(1))
        #expect(router.state == .fault)
        #expect(sent(actions) == [0])
        #expect(actions.contains(.removeAddresses))
    }

    @Test("a master whose priority fell offers its place, and keeps the addresses until it is taken")
    func offers() {
        var router = master103()
        let fell = router.actions(after: .tracker(0, passes: false), at: seconds(10))
        #expect(sent(fell) == [0])
        #expect(!fell.contains(.removeAddresses))
        #expect(router.state == .master)

        // The backup with 102 speaks first: its skew is 154/256 s.
        let taken = router.actions(
            after: .received(advertisement(priority: 102), from: addressB),
            at: seconds(10 + 154.0 / 256)
        )
        #expect(router.state == .backup)
        #expect(taken.contains(.removeAddresses))
    }

    @Test("the place goes to better backups and only to them, without a move otherwise")
    func order() {
        var router = master103()
        _ = router.actions(after: .tracker(0, passes: false), at: seconds(10))
        let deadline = (router.deadline ?? seconds(0)) - seconds(10)
        let better = Timers.skew(.v2, priority: Priority(102), masterInterval: .seconds(1))
        let worse = Timers.skew(.v2, priority: Priority(100), masterInterval: .seconds(1))
        #expect(better < deadline)
        #expect(deadline < worse)

        let kept = router.actions(after: .timer, at: seconds(10) + deadline)
        #expect(kept == [.note(.keepsPlace(priority: Priority(101))), .send(advertisement(priority: 101))])
        #expect(router.state == .master)
    }

    @Test("a check that recovers while the place is offered ends the offer")
    func recovers() {
        var router = master103()
        _ = router.actions(after: .tracker(0, passes: false), at: seconds(10))
        let recovered = router.actions(after: .tracker(0, passes: true), at: seconds(10.2))
        #expect(sent(recovered) == [103])
        #expect(router.deadline == seconds(11.2))
    }

    @Test("a priority that rises without an offer waits for the next advertisement")
    func rises() {
        var router = VirtualRouter.master(settings(trackers: Self.haproxy))
        let due = router.deadline ?? seconds(0)
        let note = VirtualRouter.Note.priority(
            from: Priority(100),
            to: Priority(102),
            tracker: "haproxy",
            passes: true
        )
        #expect(router.actions(after: .tracker(0, passes: true), at: seconds(4)) == [.note(note)])
        #expect(router.deadline == due)
        #expect(sent(router.actions(after: .timer, at: due)) == [102])
    }

    private func master103() -> VirtualRouter {
        var router = VirtualRouter.started(settings(priority: 101, trackers: Self.haproxy))
        _ = router.actions(after: .tracker(0, passes: true), at: seconds(0))
        _ = router.actions(after: .timer, at: router.deadline ?? seconds(0))
        // The second burst is not of interest here.
        while let due = router.deadline, due < seconds(9.5) { _ = router.actions(after: .timer, at: due) }
        _ = router.actions(after: .timer, at: seconds(9.5))
        #expect(router.state == .master)
        #expect(router.effectivePriority == Priority(103))
        return router
    }
}
