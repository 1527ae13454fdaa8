import VRRP

extension Agent {
    /// Lets a virtual router decide, and does what it and its sync group say.
    mutating func handle(_ event: VirtualRouter.Event, instance index: Int) {
        tell(event, instance: index)
        synchronizeGroup(of: index)
    }

    /// Lets a virtual router decide, and does what it says.
    mutating func tell(_ event: VirtualRouter.Event, instance index: Int) {
        let now = Clock.now
        instances[index].history.note(event, at: now)
        instances[index].router.handle(event, at: now)
        carryOut(instance: index)
    }

    /// Lets a virtual router go on with the settings of its plan.
    mutating func reconfigure(instance index: Int) {
        instances[index].router.reconfigure(instances[index].plan.settings, at: Clock.now)
        carryOut(instance: index)
        synchronizeGroup(of: index)
    }

    private mutating func carryOut(instance index: Int) {
        while let action = instances[index].router.nextAction() { perform(action, instance: index) }
    }

    /// What fails is said and does not end the protocol: its other actions may succeed, and silence would make
    /// things worse.
    private mutating func perform(_ action: VirtualRouter.Action, instance index: Int) {
        let name = instances[index].plan.name
        switch action {
        case .send(let advertisement): send(advertisement, instance: index)
        case .addAddresses:
            instances[index].removal = nil
            (instances[index].failedAddresses, instances[index].failedRoutes) = (0, 0)
            // Before the first packet comes.
            isBalancingStale = true
            balance()
            setVirtualInterface(of: index, isUp: true)
            addAddresses(instance: index)
            addRoutes(instance: index)
        case .removeAddresses:
            announcements.cancel(index)
            if !removesLater(instance: index) { release(instance: index) }
        case .announce(let times):
            announce(times: times, instance: index)
        case .changed(let change):
            isGuardianStale = true
            isBalancingStale = true
            lostGuardians = 0
            instances[index].history.note(change)
            Log.info(
                "\(name): \(change.from.description) → \(change.to.description): \(change.reason.description)"
            )
            notify(of: change.to, instance: index)
        case .note(let note): Log.info("\(name): \(note.description)")
        }
    }

    /// A lost link makes every interval's packet fail until the monitor has reported it, so failures are said
    /// ever more rarely.
    private mutating func send(_ advertisement: Advertisement, instance index: Int) {
        let plan = instances[index].plan
        guard case .up(let source) = instances[index].interface else { return }
        let peers = plan.settings.unicastPeers.map { $0.address }
        var failure: SystemError?
        for destination in peers.isEmpty ? [Datagram.multicastGroup(plan.family)] : peers {
            let message = advertisement.emit(
                from: source,
                to: destination,
                pseudoHeader: plan.settings.checksumCoversPseudoHeader
            )
            do throws(SystemError) {
                try send(message, from: source, to: destination, through: plan.wires)
            } catch {
                failure = failure ?? error
            }
        }
        guard let failure else {
            instances[index].failedSends = 0
            instances[index].history.sent += 1
            return
        }
        guard instances[index].failedSends.countReported() else { return }
        let count = instances[index].failedSends
        Log.error("\(plan.name): \(failure.description) (\(count) in a row)")
    }

    /// Through the first interface that lets it pass.
    private func send(
        _ message: [UInt8],
        from source: IPAddress,
        to destination: IPAddress,
        through interfaces: [String]
    ) throws(SystemError) {
        var failure: SystemError?
        for interface in interfaces {
            guard let socket = socket(on: interface, source.family) else { continue }
            do throws(SystemError) {
                return try socket.send(message, from: source, to: destination)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
