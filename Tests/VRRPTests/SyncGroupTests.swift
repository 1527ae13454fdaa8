import Testing
import VRRP

/// Two virtual routers of one node that are master together or not at all.
@Suite("Sync groups")
struct SyncGroupTests {
    private struct Group {
        var members = ["outer", "inner"].map { name in
            (name: name, router: VirtualRouter.started(settings(isGrouped: true)))
        }

        var states: [VirtualRouter.State] { members.map(\.router.state) }

        mutating func handle(_ event: VirtualRouter.Event, member: Int, at now: Instant) {
            _ = members[member].router.actions(after: event, at: now)
            for _ in 0..<10 {
                let orders = SyncGroup.orders(to: members)
                if orders.isEmpty { return }
                for (index, order) in orders {
                    _ = members[index].router.actions(after: .group(order), at: now)
                }
            }
            Issue.record("the group is never at one")
        }

        /// Both timers expire.
        static func master() -> Group {
            var group = Group()
            for member in 0...1 { group.handle(.timer, member: member, at: seconds(TransitionTests.down100)) }
            return group
        }
    }

    @Test("they become master when the last one would")
    func master() {
        var group = Group()
        let due = seconds(TransitionTests.down100)
        // The inner network still has a master for a second.
        group.handle(.received(advertisement(priority: 200), from: addressB), member: 1, at: seconds(1))
        group.handle(.timer, member: 0, at: due)
        #expect(group.states == [.backup, .backup])
        #expect(group.members[0].router.deadline == nil)
        group.handle(.timer, member: 1, at: due + .seconds(1))
        #expect(group.states == [.master, .master])
    }

    @Test("an owner waits for the others too")
    func owner() {
        var group = Group()
        group.members[0].router = .started(settings(priority: 255, isGrouped: true))
        #expect(group.states == [.backup, .backup])
        group.handle(.timer, member: 1, at: seconds(TransitionTests.down100))
        #expect(group.states == [.master, .master])
        // Also for one that is not started yet.
        group.members[0].router = .started(settings(priority: 255, isGrouped: true))
        group.members[1].router = VirtualRouter(settings(isGrouped: true))
        _ = group.members[1].router.actions(after: .interfaceUp(addressA), at: seconds(0))
        #expect(SyncGroup.orders(to: group.members).isEmpty)
    }

    @Test("one that would be master alone goes back when it hears a better one")
    func reluctant() {
        var group = Group()
        let due = seconds(TransitionTests.down100)
        group.handle(.timer, member: 0, at: due)
        group.handle(.received(advertisement(priority: 200), from: addressB), member: 0, at: due)
        group.handle(.timer, member: 1, at: due)
        #expect(group.states == [.backup, .backup])
    }

    @Test("one that loses takes the others with it")
    func loses() {
        var group = Group.master()
        group.handle(.received(advertisement(priority: 200), from: addressB), member: 1, at: seconds(4))
        #expect(group.states == [.backup, .backup])
        #expect(group.members[0].router.deadline == seconds(4 + TransitionTests.down100))
    }

    @Test("one in fault keeps all out until it is well again")
    func fault() {
        var group = Group.master()
        group.handle(.interfaceDown(.noCarrier), member: 0, at: seconds(4))
        #expect(group.states == [.fault, .fault])
        group.handle(.interfaceDown(.down), member: 1, at: seconds(5))
        group.handle(.interfaceUp(addressA), member: 0, at: seconds(6))
        #expect(group.states == [.fault, .fault])
        group.handle(.interfaceUp(addressA), member: 1, at: seconds(7))
        #expect(group.states == [.backup, .backup])
    }
}
