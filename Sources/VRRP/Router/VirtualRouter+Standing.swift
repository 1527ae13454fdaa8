extension VirtualRouter {
    /// Takes the result of a tracker: it may change the priority, or enter or clear a fault.
    mutating func trackerReports(_ index: Int, passes: Bool, at now: Instant) {
        guard trackerResults.indices.contains(index), trackerResults[index] != passes else { return }
        let before = effectivePriority
        trackerResults[index] = passes
        let after = effectivePriority
        if before != after {
            let name = settings.trackers[index].name
            perform(.note(.priority(from: before, to: after, tracker: name, passes: passes)))
        }
        reconsider(cleared: .faultCleared, at: now)
        guard state == .master, timers.listening == nil else { return }
        if after < before {
            offerPlace(at: now)
        } else if after > before, timers.standing != nil {
            keepPlace(at: now)
        }
    }

    /// A master whose priority fell holds an election at once, instead of being outwaited by a better backup
    /// for three intervals.
    ///
    /// Backups do not advertise, so a master cannot know whether it would lose. It resigns with priority 0,
    /// which sets every backup's timer to its skew, and sets itself a timer by the same formula: whoever has
    /// the highest priority speaks first. Until somebody better does, it keeps the addresses, so that nothing
    /// moves where the lowered priority still wins.
    private mutating func offerPlace(at now: Instant) {
        perform(.send(advertisement(priority: .resigned)))
        perform(.note(.offersPlace(priority: effectivePriority)))
        timers.advertise = nil
        timers.standing =
            now
            + Timers.standing(
                settings.version,
                priority: effectivePriority,
                interval: settings.interval
            )
    }

    /// Nobody better spoke up: master as before.
    mutating func keepPlace(at now: Instant) {
        perform(.note(.keepsPlace(priority: effectivePriority)))
        advertise(at: now)
    }
}
