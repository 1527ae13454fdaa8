extension VirtualRouter {
    /// Checks an advertisement against the configuration (RFC 3768 §7.1, RFC 9568 §7.1) and acts on it.
    mutating func receive(
        _ advertisement: Advertisement,
        from source: IPAddress,
        by delivery: Delivery,
        at now: Instant
    ) {
        if let cause = objection(to: advertisement, from: source, by: delivery) {
            return reject(because: cause, from: source)
        }
        noteMismatches(of: advertisement, from: source)
        let peer = Peer(address: source, priority: advertisement.priority, at: now)
        switch state {
        case .initialize, .fault: return
        case .backup: receiveAsBackup(peer, interval: advertisement.interval, at: now)
        case .master where timers.listening != nil:
            receiveAfterPause(peer, interval: advertisement.interval, at: now)
        case .master: receiveAsMaster(peer, interval: advertisement.interval, at: now)
        }
    }

    mutating func reject(because cause: Rejection, from source: IPAddress) {
        let count = rejections.count(cause)
        if count.isReported { perform(.note(.rejected(cause, from: source, count: count))) }
    }

    private func objection(
        to advertisement: Advertisement,
        from source: IPAddress,
        by delivery: Delivery
    ) -> Rejection? {
        guard advertisement.virtualRouter == settings.virtualRouter else { return .unknownVirtualRouter }
        guard advertisement.version == settings.version else { return .version }
        if case .up(let own) = interface, own == source { return .ownAddress }
        switch delivery {
        case .multicast: if !settings.unicastPeers.isEmpty { return .multicast }
        case .unicast(let hopLimit):
            if settings.unicastPeers.isEmpty { return .unicast }
            let peer = settings.unicastPeers.first { $0.address == source }
            guard let peer else { return .unknownPeer }
            if !peer.hopLimits.contains(hopLimit) { return .peerHopLimit }
        }
        switch (advertisement.authentication, settings.authentication) {
        case (.none, .none): break
        case (.password(let theirs), .password(let ours)):
            guard theirs == ours else { return .authenticationData }
        case (.none, .password), (.password, .none): return .authenticationType
        }
        if advertisement.version == .v2, advertisement.interval != settings.interval { return .interval }
        // RFC 9568 erratum 8298: two owners are a mistake that only people can mend.
        if advertisement.priority == .owner, settings.priority == .owner { return .ownerConflict }
        return nil
    }

    /// Says once what differs. RFC 3768 §7.1 would drop adverts with other addresses, which leaves two masters
    /// while an address is being added to one router after the other; RFC 9568 §7.1 only logs.
    private mutating func noteMismatches(of advertisement: Advertisement, from source: IPAddress) {
        let same =
            advertisement.addresses.count == settings.addresses.count
            && advertisement.addresses.allSatisfy { settings.addresses.contains($0) }
        if same {
            mismatches.addresses = []
        } else if mismatches.addresses != advertisement.addresses {
            mismatches.addresses = advertisement.addresses
            perform(.note(.otherAddresses(advertisement.addresses, from: source)))
        }
        if advertisement.interval == settings.interval {
            mismatches.interval = nil
        } else if mismatches.interval != advertisement.interval {
            mismatches.interval = advertisement.interval
            perform(.note(.otherInterval(advertisement.interval, from: source)))
        }
    }

    private mutating func receiveAsBackup(_ peer: Peer, interval: Duration, at now: Instant) {
        heard = peer
        hasWaitedAfterPause = false
        if peer.priority == .resigned {
            timers.masterDown =
                now
                + Timers.skew(settings.version, priority: effectivePriority, masterInterval: interval)
        } else if peer.priority >= effectivePriority {
            timers.preemptFrom = nil
            startMasterDownTimer(masterInterval: interval, at: now)
        } else if leavesAloneWeakerMaster(at: now) {
            startMasterDownTimer(masterInterval: interval, at: now)
        }
    }

    private mutating func leavesAloneWeakerMaster(at now: Instant) -> Bool {
        guard settings.preempts else { return true }
        guard settings.preemptDelay > .zero else { return false }
        let from = timers.preemptFrom ?? now + settings.preemptDelay
        timers.preemptFrom = from
        return now < from
    }

    private mutating func receiveAsMaster(_ peer: Peer, interval: Duration, at now: Instant) {
        if peer.priority == .resigned {
            advertise(at: now)
            return
        }
        guard let reason = defeat(by: peer) else { return assertMastership(against: peer, at: now) }
        becomeBackup(of: peer, interval: interval, because: reason, at: now)
        // Where two were masters for a while, the winner may not have heard of this one. It answers by announcing the
        // addresses again, also to those neighbours that have learnt this one's hardware address.
        perform(.send(advertisement()))
    }

    /// Why another master is the one that stays; nil: this one stays.
    private func defeat(by peer: Peer) -> Reason? {
        let own = effectivePriority
        if peer.priority > own { return .beatenBy(peer.address, priority: peer.priority, own: own) }
        guard peer.priority == own, case .up(let address) = interface, peer.address > address else {
            return nil
        }
        return .lostTie(peer.address, priority: own)
    }

    /// - Parameters:
    ///   - peer: the master, if it is known.
    ///   - interval: its interval.
    mutating func becomeBackup(
        of peer: Peer?,
        interval: Duration,
        because reason: Reason,
        at now: Instant
    ) {
        perform(.removeAddresses)
        timers = RunningTimers()
        heard = peer
        change(to: .backup, because: reason, at: now)
        startMasterDownTimer(masterInterval: interval, at: now)
    }

    /// RFC 9568 §6.4.3 answers a weaker master at once; version 2 is silent about it, and waiting would only
    /// prolong the split. The neighbours may have learnt the other's hardware address, so they are told again.
    private mutating func assertMastership(against peer: Peer, at now: Instant) {
        secondMasterPackets += 1
        // The first may be the last of one that steps down.
        if secondMasterPackets > 1, secondMasterPackets.isReported {
            perform(.note(.secondMaster(peer.address, priority: peer.priority)))
        }
        advertise(at: now)
        announce(at: now)
    }

    mutating func startMasterDownTimer(masterInterval: Duration, at now: Instant) {
        self.masterInterval = masterInterval
        timers.masterDown =
            now
            + Timers.masterDown(
                settings.version,
                priority: effectivePriority,
                masterInterval: masterInterval
            )
    }
}
