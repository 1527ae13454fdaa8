import VRRP

/// What an onlooker of a simulated network notes down.
struct Measures {
    /// The longest times without and with more than one holder of the addresses.
    private(set) var longestGap = Duration.zero
    private(set) var longestOverlap = Duration.zero
    var changes: [(at: Instant, node: Int, to: VirtualRouter.State)] = []
    var adverts: [(at: Instant, node: Int, advertisement: Advertisement)] = []
    /// Whose announcement the neighbours heard last; nil: nobody can say whom they believe to have the addresses.
    var announcer: Int?
    var hasAnnounced: Set<Int> = []

    private var gap = Duration.zero
    private var overlap = Duration.zero

    mutating func pass(_ time: Duration, holders: Int) {
        gap = holders == 0 ? gap + time : .zero
        overlap = holders > 1 ? overlap + time : .zero
        longestGap = max(longestGap, gap)
        longestOverlap = max(longestOverlap, overlap)
    }

    /// When a node last became master.
    func mastership(of node: Int) -> Instant? { changes.last { $0.node == node && $0.to == .master }?.at }
}
