extension VirtualRouter {
    /// What keeps this router from taking part, if anything does.
    var obstacle: Reason? { ownObstacle ?? groupObstacle.map { .group($0) } }

    /// The same, the sync group left out.
    var ownObstacle: Reason? {
        if case .down(let fault) = interface { return .interface(fault) }
        for (tracker, passes) in zip(settings.trackers, trackerResults) where tracker.weight == 0 {
            if passes == false { return .trackerFails(tracker.name) }
            if passes == nil { return .trackerUnknown(tracker.name) }
        }
        return nil
    }

    /// Enters or leaves Fault as the interface and the vital trackers say.
    mutating func reconsider(cleared reason: Reason, at now: Instant) {
        guard isStarted else { return }
        if let obstacle {
            guard state != .fault else { return }
            leave(to: .fault, because: obstacle, at: now)
        } else if state == .initialize || state == .fault {
            takePart(because: reason, at: now)
        }
    }

    /// RFC 3768 §6.4.1: the Startup event.
    private mutating func takePart(because reason: Reason, at now: Instant) {
        if settings.priority == .owner, !settings.isGrouped {
            becomeMaster(because: .ownsAddresses, at: now)
            return
        }
        heard = nil
        change(to: .backup, because: reason, at: now)
        startMasterDownTimer(masterInterval: settings.interval, at: now)
        if settings.priority == .owner { waitForGroup() }
    }

    /// RFC 3768 §6.4.2 and §6.4.3: the Shutdown event; a master resigns as far as its interface lets it.
    mutating func leave(to new: State, because reason: Reason, at now: Instant) {
        if state == .master {
            if case .up = interface { perform(.send(advertisement(priority: .resigned))) }
            perform(.removeAddresses)
        }
        timers = RunningTimers()
        change(to: new, because: reason, at: now)
    }
}
