extension VirtualRouter.Settings {
    /// Whether a router that runs with the old ones can go on with these. What others count on stays: whose
    /// advertisements these are, in which rhythm, and who owns the addresses.
    public func canFollow(_ old: Self) -> Bool {
        version == old.version && virtualRouter == old.virtualRouter && interval == old.interval
            && isGrouped == old.isGrouped && (priority == .owner) == (old.priority == .owner)
            && addresses.first?.family == old.addresses.first?.family
    }
}

extension VirtualRouter {
    /// Goes on with other settings, without an election: a master has its addresses at once, and advertises what it
    /// has and is worth now. Whoever is better then takes over by the rules.
    ///
    /// A tracker of a known name keeps its result. A new one that could mean fault counts as passing until it has one.
    ///
    /// - Parameter new: they can follow the present ones.
    public mutating func reconfigure(_ new: Settings, at now: Instant) {
        let takesPart = state == .master || state == .backup
        trackerResults = new.trackers.map { tracker in
            let known = settings.trackers.firstIndex { $0.isNamed(as: tracker) }
            return known.flatMap { trackerResults[$0] } ?? (takesPart && tracker.weight == 0 ? true : nil)
        }
        settings = new
        mismatches = Mismatches()
        reconsider(cleared: .faultCleared, at: now)
        guard state == .master else { return }
        perform(.addAddresses)
        timers.refresh = nil
        announce(at: now)
        // One that offers its place or listens is silent.
        guard timers.advertise != nil else { return }
        advertise(at: now)
    }
}
