import Testing
import VRRP

@Suite("State machine")
struct TransitionTests {
    static let down100 = 3.609375

    struct Case: Sendable {
        let name: String
        let settings: VirtualRouter.Settings
        /// Backup or master when the event comes, one second after entering.
        let master: Bool
        let event: VirtualRouter.Event
        let state: VirtualRouter.State
        /// The deadline, from the event.
        let deadline: Duration?
        /// What was sent, by priority.
        let sent: [UInt8]
    }

    static let rows: [Case] = [
        Case(
            name: "backup, better master: waits the full timer again",
            settings: settings(),
            master: false,
            event: .received(advertisement(priority: 101), from: addressB),
            state: .backup,
            deadline: .seconds(down100),
            sent: []
        ),
        Case(
            name: "backup, equal master: waits the full timer again",
            settings: settings(),
            master: false,
            event: .received(advertisement(priority: 100), from: addressB),
            state: .backup,
            deadline: .seconds(down100),
            sent: []
        ),
        Case(
            name: "backup, weaker master: the timer runs on",
            settings: settings(),
            master: false,
            event: .received(advertisement(priority: 99), from: addressB),
            state: .backup,
            deadline: .seconds(down100 - 1),
            sent: []
        ),
        Case(
            name: "backup that does not preempt, weaker master: waits the full timer again",
            settings: settings(preempts: false),
            master: false,
            event: .received(advertisement(priority: 99), from: addressB),
            state: .backup,
            deadline: .seconds(down100),
            sent: []
        ),
        Case(
            name: "backup within its preemption delay, weaker master: waits the full timer again",
            settings: settings(preemptDelay: .seconds(60)),
            master: false,
            event: .received(advertisement(priority: 99), from: addressB),
            state: .backup,
            deadline: .seconds(down100),
            sent: []
        ),
        Case(
            name: "backup, master resigns: waits the skew",
            settings: settings(),
            master: false,
            event: .received(advertisement(priority: 0), from: addressB),
            state: .backup,
            deadline: .microseconds(609_375),
            sent: []
        ),
        Case(
            name: "backup, a version 3 master with another interval resigns: waits the skew of that interval",
            settings: settings(version: .v3, interval: .seconds(1)),
            master: false,
            event: .received(
                advertisement(priority: 0, version: .v3, interval: .milliseconds(100)),
                from: addressB
            ),
            state: .backup,
            deadline: .nanoseconds(60_937_500),
            sent: []
        ),
        Case(
            name: "backup that does not preempt learns a weaker version 3 master's interval too",
            settings: settings(version: .v3, interval: .seconds(1), preempts: false),
            master: false,
            event: .received(
                advertisement(priority: 50, version: .v3, interval: .milliseconds(100)),
                from: addressB
            ),
            state: .backup,
            deadline: .nanoseconds(360_937_500),
            sent: []
        ),
        Case(
            name: "backup learns the version 3 master's interval",
            settings: settings(version: .v3, interval: .seconds(1)),
            master: false,
            event: .received(
                advertisement(priority: 150, version: .v3, interval: .milliseconds(100)),
                from: addressB
            ),
            state: .backup,
            deadline: .nanoseconds(360_937_500),
            sent: []
        ),
        Case(
            name: "backup stops",
            settings: settings(),
            master: false,
            event: .shutdown,
            state: .initialize,
            deadline: nil,
            sent: []
        ),
        Case(
            name: "backup loses its interface",
            settings: settings(),
            master: false,
            event: .interfaceDown(.noCarrier),
            state: .fault,
            deadline: nil,
            sent: []
        ),
        Case(
            name: "master, better one: steps down, and lets the better one answer",
            settings: settings(),
            master: true,
            event: .received(advertisement(priority: 101), from: addressB),
            state: .backup,
            deadline: .seconds(down100),
            sent: [100]
        ),
        Case(
            name: "master, equal one with the higher address: steps down, and lets the better one answer",
            settings: settings(),
            master: true,
            event: .received(advertisement(priority: 100), from: addressC),
            state: .backup,
            deadline: .seconds(down100),
            sent: [100]
        ),
        Case(
            name: "master, equal one with the lower address: advertises at once",
            settings: settings(),
            master: true,
            event: .received(advertisement(priority: 100), from: addressB),
            state: .master,
            deadline: .seconds(1),
            sent: [100]
        ),
        Case(
            name: "master, weaker one: advertises at once",
            settings: settings(),
            master: true,
            event: .received(advertisement(priority: 99), from: addressC),
            state: .master,
            deadline: .seconds(1),
            sent: [100]
        ),
        Case(
            name: "master, another resigns: advertises at once",
            settings: settings(),
            master: true,
            event: .received(advertisement(priority: 0), from: addressC),
            state: .master,
            deadline: .seconds(1),
            sent: [100]
        ),
        Case(
            name: "master, interval over: advertises",
            settings: settings(),
            master: true,
            event: .timer,
            state: .master,
            deadline: .seconds(1),
            sent: [100]
        ),
        Case(
            name: "master stops: resigns",
            settings: settings(),
            master: true,
            event: .shutdown,
            state: .initialize,
            deadline: nil,
            sent: [0]
        ),
        Case(
            name: "master loses its interface: has nowhere to resign",
            settings: settings(),
            master: true,
            event: .interfaceDown(.down),
            state: .fault,
            deadline: nil,
            sent: []
        ),
        Case(
            name: "owner, another owner: stays, and people are told",
            settings: settings(priority: 255),
            master: true,
            event: .received(advertisement(priority: 255), from: addressC),
            state: .master,
            deadline: .zero,
            sent: []
        ),
    ]

    @Test("follows the transition table", arguments: rows.indices)
    func followsTable(index: Int) {
        let row = Self.rows[index]
        var router = row.master ? VirtualRouter.master(row.settings) : .started(row.settings)
        #expect(router.state == (row.master ? .master : .backup), "\(row.name)")
        let now = (router.since ?? seconds(0)) + .seconds(1)
        let actions = router.actions(after: row.event, at: now)
        #expect(router.state == row.state, "\(row.name)")
        #expect(router.deadline.map { $0 - now } == row.deadline, "\(row.name)")
        #expect(sent(actions) == row.sent, "\(row.name)")
    }

    @Test("becoming master: advertises, adds the addresses, announces them twice, and says why")
    func becomesMaster() {
        var router = VirtualRouter.started(settings())
        _ = router.actions(after: .received(advertisement(priority: 101), from: addressB), at: seconds(2))
        let due = seconds(2 + Self.down100)
        #expect(router.deadline == due)
        let early = router.actions(after: .timer, at: Instant(due.sinceOrigin - .nanoseconds(1)))
        #expect(early.isEmpty)
        let actions = router.actions(after: .timer, at: due)
        #expect(router.heard == nil)
        #expect(
            actions == [
                .send(advertisement(priority: 100)), .addAddresses, .announce(times: 5),
                .changed(
                    .init(
                        from: .backup,
                        to: .master,
                        reason: .silence(of: addressB, for: .seconds(Self.down100))
                    )
                ),
            ]
        )
        guard case .changed(let transition) = actions.last else { return }
        #expect(transition.reason.description == "no advertisement from 10.42.0.38 for 3.609 s")
        var announced: [Instant] = []
        for second in 1...12 {
            let now = due + .seconds(second)
            let later = router.actions(after: .timer, at: now)
            #expect(sent(later) == [100])
            if later.contains(.announce(times: 5)) { announced.append(now) }
        }
        #expect(announced == [due + .seconds(5)])
    }

    @Test("a better backup takes over from a weaker master within its timer, and says so")
    func preempts() {
        var router = VirtualRouter.started(settings(priority: 103))
        for second in 1...3 {
            let weaker = advertisement(priority: 102)
            _ = router.actions(after: .received(weaker, from: addressB), at: seconds(Double(second)))
        }
        let actions = router.actions(after: .timer, at: router.deadline ?? seconds(0))
        #expect(reasons(actions) == [.beats(addressB, priority: Priority(102), own: Priority(103))])
    }

    @Test("a weaker master that fell silent is not beaten, but missed")
    func silentWeakerMaster() {
        var router = VirtualRouter.started(settings())
        _ = router.actions(after: .received(advertisement(priority: 99), from: addressB), at: seconds(1))
        let due = router.deadline ?? seconds(0)
        let actions = router.actions(after: .timer, at: due)
        #expect(reasons(actions) == [.silence(of: addressB, for: due - seconds(1))])
    }

    @Test("who took the place is the one that is missed later")
    func successor() {
        var router = VirtualRouter.master(settings())
        _ = router.actions(after: .received(advertisement(priority: 101), from: addressB), at: seconds(5))
        let actions = router.actions(after: .timer, at: router.deadline ?? seconds(0))
        #expect(reasons(actions) == [.silence(of: addressB, for: .seconds(Self.down100))])
    }

    @Test("a master counts in its own interval again, whatever it learnt as a backup")
    func ownInterval() {
        var router = VirtualRouter.started(settings(version: .v3))
        let other = advertisement(priority: 150, version: .v3, interval: .milliseconds(100))
        let actions = router.actions(after: .received(other, from: addressB), at: seconds(1))
        #expect(actions == [.note(.otherInterval(.milliseconds(100), from: addressB))])
        #expect(router.masterInterval == .milliseconds(100))
        #expect(router.actions(after: .received(other, from: addressB), at: seconds(1)).isEmpty)
        _ = router.actions(after: .timer, at: router.deadline ?? seconds(0))
        #expect(router.state == .master && router.masterInterval == .seconds(1))
    }

    @Test("the owner of the addresses is master at once")
    func owner() {
        var router = VirtualRouter(settings(priority: 255))
        _ = router.actions(after: .interfaceUp(addressA), at: seconds(0))
        let actions = router.actions(after: .start, at: seconds(0))
        #expect(router.state == .master)
        #expect(reasons(actions) == [.ownsAddresses])
    }

    @Test("waits for its interface, and starts over when it comes back")
    func interface() {
        var router = VirtualRouter(settings())
        #expect(reasons(router.actions(after: .start, at: seconds(0))) == [.interface(.missing)])
        #expect(reasons(router.actions(after: .interfaceUp(addressA), at: seconds(9))) == [.faultCleared])
        #expect(router.deadline == seconds(9 + Self.down100))
        // One fault after the other is one.
        _ = router.actions(after: .interfaceDown(.noCarrier), at: seconds(10))
        #expect(router.actions(after: .interfaceDown(.down), at: seconds(11)).isEmpty)
    }

    @Test("what was heard before a fault is forgotten after it")
    func forgets() {
        var router = VirtualRouter.started(settings(version: .v3))
        let fast = advertisement(priority: 200, version: .v3, interval: .milliseconds(100))
        _ = router.actions(after: .received(fast, from: addressB), at: seconds(1))
        _ = router.actions(after: .interfaceDown(.noCarrier), at: seconds(2))
        _ = router.actions(after: .interfaceUp(addressA), at: seconds(3))
        #expect(router.deadline == seconds(3 + Self.down100))
        let actions = router.actions(after: .timer, at: seconds(3 + Self.down100))
        #expect(reasons(actions) == [.silence(of: nil, for: .seconds(Self.down100))])
    }

    @Test("takes no part before it is started, nor after it was stopped")
    func stopped() {
        var router = VirtualRouter(settings(priority: 255))
        #expect(router.actions(after: .shutdown, at: seconds(0)).isEmpty)
        #expect(router.actions(after: .interfaceUp(addressA), at: seconds(0)).isEmpty)
        _ = router.actions(after: .start, at: seconds(0))
        _ = router.actions(after: .shutdown, at: seconds(1))
        #expect(router.actions(after: .interfaceUp(addressA), at: seconds(2)).isEmpty)
        #expect(router.state == .initialize)
    }

    @Test("an address that somebody removed comes back without an election")
    func addressRemoved() {
        var router = VirtualRouter.master(settings())
        #expect(
            router.actions(after: .addressRemoved(virtualAddress), at: seconds(5)) == [
                .addAddresses, .announce(times: 5), .note(.addressRestored(virtualAddress)),
            ]
        )
        var backup = VirtualRouter.started(settings())
        #expect(backup.actions(after: .addressRemoved(virtualAddress), at: seconds(1)).isEmpty)
    }

    @Test("a preemption delay counts from the first advert of a weaker master")
    func preemptionDelay() {
        var router = VirtualRouter.started(settings(preemptDelay: .seconds(2)))
        func hear(_ priority: UInt8, at second: Double) -> Instant? {
            _ = router.actions(
                after: .received(advertisement(priority: priority), from: addressB),
                at: seconds(second)
            )
            return router.deadline
        }
        #expect(hear(99, at: 1) == seconds(1 + Self.down100))
        // A better master in between: the delay starts over.
        #expect(hear(101, at: 2) == seconds(2 + Self.down100))
        #expect(hear(99, at: 3) == seconds(3 + Self.down100))
        #expect(hear(99, at: 4) == seconds(4 + Self.down100))
        #expect(hear(99, at: 5) == seconds(4 + Self.down100))
        // A fault in between: likewise.
        _ = router.actions(after: .interfaceDown(.down), at: seconds(6))
        _ = router.actions(after: .interfaceUp(addressA), at: seconds(7))
        #expect(hear(99, at: 8) == seconds(8 + Self.down100))
    }

    @Test("adverts keep their rhythm though the timer is late")
    func rhythm() {
        var router = VirtualRouter.master(settings())
        let due = router.deadline ?? seconds(0)
        _ = router.actions(after: .timer, at: due + .milliseconds(3))
        #expect(router.deadline == due + .seconds(1))
    }
}

func sent(_ actions: [VirtualRouter.Action]) -> [UInt8] {
    actions.compactMap { if case .send(let sent) = $0 { sent.priority.rawValue } else { nil } }
}

func reasons(_ actions: [VirtualRouter.Action]) -> [VirtualRouter.Reason] {
    actions.compactMap { if case .changed(let change) = $0 { change.reason } else { nil } }
}
