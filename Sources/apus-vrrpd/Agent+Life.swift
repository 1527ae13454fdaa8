import VRRP

extension Agent {
    /// Starts what the plan says: cleans up after a predecessor, looks at the interfaces, runs the checks.
    mutating func start() throws(SystemError) {
        checks = plan.checks.map { RunningCheck($0) }
        processes = plan.processes.map { ProcessWatch($0) }
        interfaces = plan.interfaces.map { _ in nil }
        groupStates = plan.groups.map { _ in .initialize }
        instances = plan.instances.map { Instance($0) }
        announcements = AnnouncementQueue(interval: plan.announcementInterval)
        updateNotifiers()
        try monitor.update(&links, rereading: &routing)
        try removeStaleAddresses()
        for index in instances.indices { removeVirtualInterface(of: index) }
        try monitor.update(&links, rereading: &routing)
        for index in instances.indices { prepareVirtualInterface(of: index) }
        try monitor.update(&links, rereading: &routing)
        tellInterfaces()
        for index in checks.indices {
            if let passes = checks[index].start(at: Clock.now) { report(.check(index), passes: passes) }
        }
        if isHandingOver { reportHandOver() }
        for index in processes.indices { try lookForProcess(index, at: Clock.now) }
        for index in instances.indices { handle(.start, instance: index) }
    }

    /// Resigns everywhere and leaves nothing behind.
    mutating func stop() {
        guardian?.dismiss()
        guardian = nil
        for index in instances.indices { handle(.shutdown, instance: index) }
        finishRemovals(at: nil)
        for index in checks.indices { checks[index].stop() }
        for index in processes.indices { processes[index].stop() }
        for index in instances.indices { removeVirtualInterface(of: index) }
        for socket in sockets { socket.close() }
        (instances, checks, processes, sockets) = ([], [], [], [])
    }

    /// Reads the configuration again. An invalid one changes nothing.
    mutating func reload() throws(SystemError) {
        let new: Plan
        do throws(AgentError) {
            new = try Plan(file: file)
        } catch {
            Log.error("\(error.description)\nthe new configuration is refused, the old one stays in force")
            return
        }
        guard new.sources != plan.sources else {
            Log.info("\(file.path): unchanged")
            return
        }
        ServiceManager.tell("RELOADING=1")
        stop()
        plan = new
        Log.info("\(file.path): read again: \(plan.summary)")
        try start()
        ServiceManager.tell("READY=1\nSTATUS=\(plan.summary)")
    }

    /// A predecessor that was killed leaves its addresses, and two nodes would answer for them. The owner's
    /// addresses are the machine's own.
    private mutating func removeStaleAddresses() throws(SystemError) {
        for instance in instances where instance.plan.settings.priority != .owner {
            for entry in instance.plan.addresses {
                guard let link = links.link(named: entry.device),
                    link.addresses.contains(where: { $0 == entry.address })
                else { continue }
                guard try routing.remove(entry, from: link) else { continue }
                let what = "removed \(entry.address.description) from \(entry.device)"
                Log.info("\(instance.plan.name): \(what): left there by an earlier run")
            }
        }
        for instance in instances {
            for route in instance.plan.routes { _ = try routing.remove(route, links) }
        }
        try monitor.update(&links, rereading: &routing)
    }
}
