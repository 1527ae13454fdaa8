extension VirtualRouter {
    /// The advertisement of this router, with its effective priority or the one given.
    func advertisement(priority: Priority? = nil) -> Advertisement {
        Advertisement(
            version: settings.version,
            virtualRouter: settings.virtualRouter,
            priority: priority ?? effectivePriority,
            interval: settings.interval,
            authentication: settings.authentication,
            addresses: settings.addresses
        )
    }

    /// RFC 3768 §6.4.2: advertise first, so that other backups stay, then the addresses, then tell everybody.
    mutating func becomeMaster(because reason: Reason, at now: Instant) {
        heard = nil
        timers = RunningTimers()
        masterInterval = settings.interval
        advertise(at: now)
        perform(.addAddresses)
        announce(at: now)
        change(to: .master, because: reason, at: now)
    }

    /// Advertises at once; the next one is due one interval after this one was, not after it was late.
    mutating func advertise(at now: Instant) {
        perform(.send(advertisement()))
        let due = min(timers.advertise ?? now, now)
        let next = due + settings.interval
        timers.advertise = next > now ? next : now + settings.interval
        timers.standing = nil
    }

    mutating func announce(at now: Instant) {
        perform(.announce(times: settings.announcements.burst))
        if settings.announcements.secondBurstAfter > .zero {
            timers.secondBurst = now + settings.announcements.secondBurstAfter
        }
        if settings.announcements.refresh > .zero, timers.refresh == nil {
            timers.refresh = now + settings.announcements.refresh
        }
    }

    mutating func timerExpires(at now: Instant) {
        switch state {
        case .initialize, .fault:
            return
        case .backup:
            guard let due = timers.masterDown, now >= due, !waitsAfterPause(due: due, at: now) else { return }
            standForElection(at: now)
        case .master:
            if let due = timers.listening, now >= due { resumeAfterPause(at: now) }
            if let due = timers.standing, now >= due { keepPlace(at: now) }
            if let due = timers.advertise, now >= due { advertise(at: now) }
            if let due = timers.secondBurst, now >= due {
                timers.secondBurst = nil
                perform(.announce(times: settings.announcements.burst))
            }
            if let due = timers.refresh, now >= due {
                timers.refresh = now + settings.announcements.refresh
                perform(.announce(times: settings.announcements.refreshBurst))
            }
        }
    }

    /// In a sync group, all members become master or none.
    private mutating func standForElection(at now: Instant) {
        guard settings.isGrouped else {
            return becomeMaster(because: reasonToBecomeMaster(at: now), at: now)
        }
        waitForGroup()
    }

    mutating func waitForGroup() {
        timers.masterDown = nil
        perform(.note(.waitsForGroup))
    }

    func reasonToBecomeMaster(at now: Instant) -> Reason {
        guard let heard else { return .silence(of: nil, for: now - (since ?? now)) }
        if heard.priority == .resigned { return .masterResigned(heard.address) }
        let own = effectivePriority
        if heard.priority < own, now - heard.at < masterInterval * 2 {
            return .beats(heard.address, priority: heard.priority, own: own)
        }
        return .silence(of: heard.address, for: now - heard.at)
    }
}
