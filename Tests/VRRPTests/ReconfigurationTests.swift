import Testing
import VRRP

@Suite("Other settings for a running router")
struct ReconfigurationTests {
    private static let check = VirtualRouter.Tracker(name: "check", weight: -10)
    private static let vital = VirtualRouter.Tracker(name: "vital", weight: 0)

    /// What a master of priority 100 does, and what it advertises from then on.
    static let changes:
        [(
            what: String, change: @Sendable (inout VirtualRouter.Settings) -> Void, priority: UInt8,
            addresses: [IPAddress]
        )] = [
            ("one address more", { $0.addresses.append(addressC) }, 100, [virtualAddress, addressC]),
            ("another address", { $0.addresses = [addressC] }, 100, [addressC]),
            ("a lower priority", { $0.priority = Priority(50) }, 50, [virtualAddress]),
            ("a tracker with a weight", { $0.trackers.append(check) }, 100, [virtualAddress]),
            ("a vital tracker", { $0.trackers.append(vital) }, 100, [virtualAddress]),
        ]

    @Test("a master goes on and advertises them at once, without an election", arguments: changes.indices)
    func master(index: Int) {
        let (what, change, priority, addresses) = Self.changes[index]
        var router = VirtualRouter.master(settings())
        var new = router.settings
        change(&new)
        #expect(new.canFollow(router.settings), "\(what)")
        let actions = router.actions(afterReconfigurationTo: new, at: seconds(4))
        let advertised = advertisement(priority: priority, addresses: addresses)
        #expect(actions == [.addAddresses, .announce(times: 5), .send(advertised)], "\(what)")
        #expect(router.state == .master && router.deadline == seconds(5))
    }

    @Test("a tracker keeps its result, and a new one that is vital means fault once it fails")
    func trackers() {
        var router = VirtualRouter.master(settings(trackers: [Self.check]))
        _ = router.actions(after: .tracker(0, passes: false), at: seconds(5))
        let both = settings(trackers: [Self.vital, Self.check])
        _ = router.actions(afterReconfigurationTo: both, at: seconds(6))
        #expect(router.effectivePriority == Priority(90))
        let actions = router.actions(after: .tracker(0, passes: false), at: seconds(7))
        #expect(router.state == .fault && actions.contains(.removeAddresses))
        _ = router.actions(afterReconfigurationTo: settings(trackers: [Self.check]), at: seconds(8))
        #expect(router.state == .backup)
    }

    @Test("a new vital tracker must pass before a router that is in fault takes part again")
    func newVital() {
        var router = VirtualRouter.started(settings())
        _ = router.actions(after: .interfaceDown(.down), at: seconds(1))
        _ = router.actions(afterReconfigurationTo: settings(trackers: [Self.vital]), at: seconds(2))
        _ = router.actions(after: .interfaceUp(addressA), at: seconds(3))
        #expect(router.state == .fault)
        _ = router.actions(after: .tracker(0, passes: true), at: seconds(4))
        #expect(router.state == .backup)
    }

    @Test("announcements that are no longer repeated end")
    func refresh() {
        var refreshing = settings()
        refreshing.announcements.refresh = .milliseconds(100)
        var router = VirtualRouter.master(refreshing)
        _ = router.actions(afterReconfigurationTo: settings(), at: seconds(4))
        #expect(router.deadline == seconds(5))
    }

    @Test("a master that offers its place stays silent")
    func standing() {
        var router = VirtualRouter.master(settings(trackers: [Self.check]))
        _ = router.actions(after: .tracker(0, passes: false), at: seconds(5))
        let due = router.deadline
        var new = router.settings
        new.addresses.append(addressC)
        #expect(
            router.actions(afterReconfigurationTo: new, at: seconds(5)) == [
                .addAddresses, .announce(times: 5),
            ]
        )
        #expect(router.deadline == due)
    }

    static let others: [(what: String, change: @Sendable (inout VirtualRouter.Settings) -> Void)] = [
        ("the interval", { $0.interval = .seconds(2) }), ("the owner", { $0.priority = .owner }),
        ("the version", { $0.version = .v3 }), ("the number", { $0.virtualRouter = VirtualRouterID(52)! }),
        ("the group", { $0.isGrouped = true }),
        ("the family", { $0.addresses = [.v6(IPv6Address(high: 0, low: 1))] }),
    ]

    @Test("what others count on cannot change", arguments: others.indices)
    func cannotFollow(index: Int) {
        var new = settings()
        Self.others[index].change(&new)
        #expect(!new.canFollow(settings()), "\(Self.others[index].what)")
    }
}
