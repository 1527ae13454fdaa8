import Testing
import VRRP

/// What is said of advertisements beside what they change.
@Suite("Reception")
struct ReceptionTests {
    static let objectionable: [(VirtualRouter.Settings, Advertisement, IPAddress, Rejection)] = [
        (settings(), advertisement(priority: 200, virtualRouter: 52), addressB, .unknownVirtualRouter),
        (
            settings(authentication: .password(Password([1]))), advertisement(priority: 200), addressB,
            .authenticationType
        ),
        (
            settings(authentication: .password(Password([1]))),
            advertisement(priority: 200, authentication: .password(Password([2]))), addressB,
            .authenticationData
        ),
        (settings(), advertisement(priority: 200, interval: .seconds(2)), addressB, .interval),
        (settings(), advertisement(priority: 200, version: .v3), addressB, .version),
        (settings(), advertisement(priority: 200), addressA, .ownAddress),
        (settings(priority: 255), advertisement(priority: 255), addressB, .ownerConflict),
        (settings(unicastPeers: [.init(addressB)]), advertisement(priority: 200), addressB, .multicast),
    ]

    @Test("rejects what does not fit its configuration, counts it, and logs it ever more rarely")
    func objections() {
        for (settings, advertisement, source, cause) in Self.objectionable {
            var router = VirtualRouter.master(settings)
            var notes = 0
            for _ in 1...100 {
                let actions = router.actions(
                    after: .received(advertisement, from: source),
                    at: seconds(1)
                )
                #expect(sent(actions).isEmpty)
                notes += actions.count
            }
            #expect(router.state == .master)
            #expect(router.rejections[cause] == 100)
            #expect(notes == 7, "\(cause): said at 1, 2, 4 … 64")
        }
    }

    @Test("a packet that is no valid advertisement counts like one that does not fit")
    func invalid() {
        var router = VirtualRouter.started(settings())
        let actions = router.actions(after: .rejected(.checksum, from: addressB), at: seconds(1))
        #expect(actions == [.note(.rejected(.checksum, from: addressB, count: 1))])
        #expect(router.rejections[.checksum] == 1)
    }

    @Test(
        "a unicast advertisement must be a peer's, with a TTL of that peer's",
        arguments: [
            (addressB, 3, .peerHopLimit), (addressB, 4, nil), (addressB, 9, nil),
            (addressB, 10, .peerHopLimit), (addressC, 255, nil), (virtualAddress, 4, .unknownPeer),
        ] as [(IPAddress, UInt8, Rejection?)]
    )
    func unicast(source: IPAddress, hopLimit: UInt8, cause: Rejection?) {
        var router = VirtualRouter.master(
            settings(unicastPeers: [.init(addressB, hopLimits: 4...9), .init(addressC)])
        )
        let event = VirtualRouter.Event.received(
            advertisement(priority: 200),
            from: source,
            by: .unicast(hopLimit: hopLimit)
        )
        _ = router.actions(after: event, at: seconds(1))
        #expect(router.state == (cause == nil ? .backup : .master))
        for other in Rejection.allCases { #expect(router.rejections[other] == (other == cause ? 1 : 0)) }
    }

    @Test("unicast means nothing to a router without peers")
    func unexpectedUnicast() {
        var router = VirtualRouter.master(settings())
        let better = advertisement(priority: 200)
        _ = router.actions(
            after: .received(better, from: addressB, by: .unicast(hopLimit: 255)),
            at: seconds(1)
        )
        #expect(router.state == .master && router.rejections[.unicast] == 1)
    }

    /// Those of the master, and of the router that hears it.
    static let addressLists: [(theirs: [IPAddress], ours: [IPAddress])] = [
        ([virtualAddress, addressC], [virtualAddress]), ([virtualAddress], [virtualAddress, addressC]),
        ([addressC], [virtualAddress]),
    ]

    @Test("another address list is said once, and splits nothing", arguments: addressLists)
    func otherAddresses(theirs: [IPAddress], ours: [IPAddress]) {
        var router = VirtualRouter.master(settings(addresses: ours))
        let other = advertisement(priority: 101, addresses: theirs)
        let first = router.actions(after: .received(other, from: addressB), at: seconds(5))
        #expect(router.state == .backup)
        let said = VirtualRouter.Action.note(.otherAddresses(theirs, from: addressB))
        #expect(first.contains(said))
        #expect(router.actions(after: .received(other, from: addressB), at: seconds(6)).isEmpty)
        // When it is gone and comes back, it is news again; also after a reload.
        let same = advertisement(priority: 101, addresses: ours.reversed())
        #expect(router.actions(after: .received(same, from: addressB), at: seconds(7)).isEmpty)
        #expect(router.actions(after: .received(other, from: addressB), at: seconds(8)) == [said])
        _ = router.actions(afterReconfigurationTo: router.settings, at: seconds(8))
        #expect(router.actions(after: .received(other, from: addressB), at: seconds(9)) == [said])
    }

    @Test("a second master is said at its 2nd, 4th, 8th … packet, since the first may be its last")
    func secondMaster() {
        var router = VirtualRouter.master(settings())
        let weaker = VirtualRouter.Event.received(advertisement(priority: 99), from: addressB)
        let note = VirtualRouter.Action.note(.secondMaster(addressB, priority: Priority(99)))
        func said() -> [Int] {
            (1...9).filter { router.actions(after: weaker, at: seconds(4 + Double($0) / 100)).contains(note) }
        }
        #expect(said() == [2, 4, 8])
        _ = router.actions(after: .interfaceDown(.down), at: seconds(4.5))
        _ = router.actions(after: .interfaceUp(addressA), at: seconds(4.5))
        _ = router.actions(after: .timer, at: router.deadline ?? seconds(0))
        #expect(said() == [2, 4, 8])
    }
}
