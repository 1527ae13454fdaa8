import VRRP

/// What an instance remembers for its status only.
struct History {
    private(set) var reason = "not started"
    private(set) var transitions = 0
    private(set) var received = 0
    var sent = 0
    /// The routers heard, the latest last.
    private(set) var peers: [Peer] = []

    struct Peer {
        var address: IPAddress
        var priority: Priority
        var at: Instant
    }

    /// More are hardly on one network, and nobody can make this grow.
    private static let mostPeers = 16

    mutating func note(_ event: VirtualRouter.Event, at now: Instant) {
        guard case .received(let advertisement, let source, _) = event else { return }
        received += 1
        peers.removeAll { $0.address == source }
        if peers.count == Self.mostPeers { peers.removeFirst() }
        peers.append(Peer(address: source, priority: advertisement.priority, at: now))
    }

    mutating func note(_ change: VirtualRouter.Transition) {
        transitions += 1
        reason = "from \(change.from.description): \(change.reason.description)"
    }
}
