import Testing
import VRRP

/// When a master announces its addresses beyond the first time.
@Suite("Announcements of a master")
struct AnnouncementTests {
    /// How often the announcements of a master's first ten seconds are sent, by second.
    static let cases: [(announcements: VirtualRouter.Announcements, sent: [Int: Int])] = [
        (.init(), [0: 5, 5: 5]),
        (.init(burst: 2, secondBurstAfter: .zero), [0: 2]),
        (.init(burst: 3, secondBurstAfter: .seconds(2)), [0: 3, 2: 3]),
        (
            .init(secondBurstAfter: .zero, refresh: .seconds(4), refreshBurst: 2),
            [0: 5, 4: 2, 8: 2]
        ),
    ]

    @Test("follow the settings", arguments: cases.indices)
    func times(index: Int) {
        let (announcements, wanted) = Self.cases[index]
        var settings = settings(priority: 255)
        settings.announcements = announcements
        var router = VirtualRouter(settings)
        _ = router.actions(after: .interfaceUp(addressA), at: seconds(0))
        var sent: [Int: Int] = [:]
        var (now, event) = (seconds(0), VirtualRouter.Event.start)
        while now <= seconds(10) {
            for case .announce(let times) in router.actions(after: event, at: now) {
                sent[Int(now.sinceOrigin / .seconds(1)), default: 0] += times
            }
            guard let due = router.deadline else { break }
            (now, event) = (due, .timer)
        }
        #expect(sent == wanted)
    }

    @Test("a second master does not put off the next repetition")
    func refresh() {
        var settings = settings(priority: 101)
        settings.announcements = .init(secondBurstAfter: .zero, refresh: .milliseconds(4_500))
        var router = VirtualRouter.master(settings)
        let start = router.since ?? seconds(0)
        for second in 1...4 {
            _ = router.actions(
                after: .received(advertisement(priority: 99), from: addressB),
                at: start + .seconds(second)
            )
        }
        #expect(router.deadline == start + .milliseconds(4_500))
    }
}
