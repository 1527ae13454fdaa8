extension VirtualRouter {
    /// A master that did not run for three intervals has been replaced, if there is anybody to replace it. So it
    /// is silent for one interval and its skew, and gives way to whoever advertises in that time, even to somebody
    /// weaker: as a backup it may then preempt, if it is to.
    ///
    /// The advertisement before the one that is late went out one interval earlier.
    mutating func noticePause(at now: Instant) {
        guard state == .master, settings.priority != .owner,
            let due = timers.advertise ?? timers.standing, now - due >= settings.interval * 2
        else { return }
        perform(.note(.paused(for: now - due)))
        timers = RunningTimers()
        timers.listening =
            now + settings.interval
            + Timers.skew(settings.version, priority: effectivePriority, masterInterval: settings.interval)
    }

    mutating func receiveAfterPause(_ peer: Peer, interval: Duration, at now: Instant) {
        guard peer.priority != .resigned else { return resumeAfterPause(at: now) }
        becomeBackup(
            of: peer,
            interval: interval,
            because: .replacedWhilePaused(by: peer.address, priority: peer.priority),
            at: now
        )
    }

    /// Nobody else is master. Neighbours may have forgotten the addresses.
    mutating func resumeAfterPause(at now: Instant) {
        timers.listening = nil
        perform(.note(.keepsPlace(priority: effectivePriority)))
        advertise(at: now)
        announce(at: now)
    }

    /// A backup whose timer is late by an interval was not there to hear the master: it waits once more.
    mutating func waitsAfterPause(due: Instant, at now: Instant) -> Bool {
        // Once in a row only: a machine that is always late must not wait for ever.
        guard now - due >= masterInterval, !hasWaitedAfterPause else { return false }
        hasWaitedAfterPause = true
        perform(.note(.paused(for: now - due)))
        startMasterDownTimer(masterInterval: masterInterval, at: now)
        return true
    }
}
