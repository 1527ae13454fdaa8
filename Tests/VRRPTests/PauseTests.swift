import Testing
import VRRP

/// What a router does that did not run for a while.
@Suite("Pauses")
struct PauseTests {
    private static let skew100 = 0.609375

    private func pausedMaster() -> (router: VirtualRouter, resumed: Instant) {
        var router = VirtualRouter.master(settings())
        let resumed = (router.deadline ?? seconds(0)) + .seconds(60)
        #expect(sent(router.actions(after: .timer, at: resumed)).isEmpty)
        return (router, resumed)
    }

    @Test("a master that was paused listens for an interval and its skew, then goes on")
    func goesOn() {
        var (router, resumed) = pausedMaster()
        let end = resumed + .seconds(1 + Self.skew100)
        #expect(router.state == .master)
        #expect(router.deadline == end)
        let actions = router.actions(after: .timer, at: end)
        #expect(sent(actions) == [100])
        #expect(actions.contains(.announce(times: 5)))
        #expect(router.deadline == end + .seconds(1))
    }

    @Test("it gives way to any other master, and preempts a weaker one by the rules", arguments: [99, 200])
    func givesWay(priority: UInt8) {
        var (router, resumed) = pausedMaster()
        let heard = resumed + .milliseconds(500)
        let actions = router.actions(
            after: .received(advertisement(priority: priority), from: addressB),
            at: heard
        )
        #expect(sent(actions).isEmpty)
        #expect(actions.contains(.removeAddresses))
        #expect(reasons(actions) == [.replacedWhilePaused(by: addressB, priority: Priority(priority))])
        #expect(router.deadline == heard + .seconds(TransitionTests.down100))
    }

    @Test("a master that resigned meanwhile is no reason to wait")
    func resigned() {
        var (router, resumed) = pausedMaster()
        let actions = router.actions(
            after: .received(advertisement(priority: 0), from: addressB),
            at: resumed
        )
        #expect(sent(actions) == [100])
    }

    @Test("a master that is late by less than two intervals was not replaced")
    func late() {
        var router = VirtualRouter.master(settings())
        let late = (router.deadline ?? seconds(0)) + .milliseconds(1_999)
        #expect(sent(router.actions(after: .timer, at: late)) == [100])
        // Nothing is caught up on.
        #expect(router.deadline == late + .seconds(1))
        var later = VirtualRouter.master(settings())
        #expect(sent(later.actions(after: .timer, at: late + .milliseconds(1))).isEmpty)
    }

    @Test("a check that fails while it listens does not make it speak")
    func check() {
        var router = VirtualRouter.master(settings(trackers: TrackerTests.haproxy))
        _ = router.actions(after: .tracker(0, passes: true), at: seconds(4))
        let resumed = (router.deadline ?? seconds(0)) + .seconds(60)
        _ = router.actions(after: .timer, at: resumed)
        let due = router.deadline
        #expect(sent(router.actions(after: .tracker(0, passes: false), at: resumed)).isEmpty)
        #expect(router.deadline == due)
    }

    @Test("so is one that offered its place")
    func offering() {
        var router = VirtualRouter.master(settings(trackers: TrackerTests.haproxy))
        _ = router.actions(after: .tracker(0, passes: true), at: seconds(4))
        _ = router.actions(after: .tracker(0, passes: false), at: seconds(4))
        let resumed = (router.deadline ?? seconds(0)) + .seconds(60)
        #expect(sent(router.actions(after: .timer, at: resumed)).isEmpty)
        #expect(router.state == .master)
    }

    @Test("the owner of the addresses has nobody to give way to")
    func owner() {
        var router = VirtualRouter.master(settings(priority: 255))
        let late = (router.deadline ?? seconds(0)) + .seconds(60)
        #expect(sent(router.actions(after: .timer, at: late)) == [255])
    }

    @Test("a backup that was paused waits for the master once more, and only once")
    func backup() {
        var router = VirtualRouter.started(settings())
        var now = (router.deadline ?? seconds(0)) + .seconds(5)
        #expect(sent(router.actions(after: .timer, at: now)).isEmpty)
        #expect(router.state == .backup)
        #expect(router.deadline == now + .seconds(TransitionTests.down100))
        var other = router
        now = (router.deadline ?? now) + .seconds(5)
        #expect(sent(router.actions(after: .timer, at: now)) == [100])
        #expect(router.state == .master)
        // Where it heard the master in between, it was there for it.
        _ = other.actions(after: .received(advertisement(priority: 200), from: addressB), at: now)
        let late = (other.deadline ?? now) + .seconds(1)
        #expect(sent(other.actions(after: .timer, at: late)).isEmpty)
    }
}
