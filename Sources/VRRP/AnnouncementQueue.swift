/// Announcements of addresses that go out one after the other with a pause between them (`vrrp_garp_interval`), so
/// that a router with many addresses floods no switch: a value that sends nothing itself.
///
/// An owner (a virtual router, by its index) has one burst at most, so the queue is as long as there are owners.
public struct AnnouncementQueue: Sendable {
    /// From one packet to the next. Zero: none waits.
    public private(set) var interval: Duration

    private struct Burst: Sendable {
        var owner: Int
        var addresses: Int
        var sent = 0
        var total: Int
    }

    private var bursts: [Burst] = []
    /// When the next packet may go.
    private var free = Instant(.zero)

    public init(interval: Duration = .zero) {
        self.interval = interval
    }

    /// When `next` has something; nil while nothing waits.
    public var deadline: Instant? { bursts.isEmpty ? nil : free }

    /// Announces all addresses of an owner, so many times. What of an earlier burst still waits is part of that.
    public mutating func add(times: Int, of owner: Int, addresses: Int) {
        let total = times * addresses
        guard total > 0 else { return }
        if let known = bursts.firstIndex(where: { $0.owner == owner }) {
            guard bursts[known].total - bursts[known].sent < total else { return }
            bursts.remove(at: known)
        }
        bursts.append(Burst(owner: owner, addresses: addresses, total: total))
    }

    /// Goes on at another pace and with other indices of the owners; what of those waits that have none is cancelled.
    public mutating func `continue`(at interval: Duration, owner: (Int) -> Int?) {
        self.interval = interval
        bursts = bursts.compactMap { burst in
            guard let index = owner(burst.owner) else { return nil }
            var burst = burst
            burst.owner = index
            return burst
        }
    }

    /// The owner has its addresses no longer.
    public mutating func cancel(_ owner: Int) {
        bursts.removeAll { $0.owner == owner }
    }

    /// Whose address, by its index, is to be announced now; owners take turns.
    public mutating func next(at now: Instant) -> (owner: Int, address: Int)? {
        guard now >= free, !bursts.isEmpty else { return nil }
        var burst = bursts.removeFirst()
        let address = burst.sent % burst.addresses
        burst.sent += 1
        if burst.sent < burst.total { bursts.append(burst) }
        if interval > .zero { free = now + interval }
        return (burst.owner, address)
    }
}
