import CLinux
import KeepalivedConfiguration
import VRRP

extension Agent {
    /// Goes over from one plan to the next, the first of all from none: ends what is no more, starts what is new,
    /// and leaves alone what goes on.
    mutating func adopt(_ new: Plan, after old: Plan) throws(SystemError) {
        let known = new.continued(from: old)
        for index in instances.indices where !known.contains(index) { retire(index, for: new) }
        plan = new
        takeOver(known, from: old)
        if plan.instances.contains(where: { !$0.routes.isEmpty }) { try monitor.followRoutes() }
        updateNotifiers()
        services = plan.services.map { service in
            services.first { $0.plan == service } ?? Service(service, at: Clock.now)
        }
        balancer.adopt(plan.services)
        reconfigure(known, from: old)
        closeUnusedSockets()
        try clean(known.indices.filter { known[$0] == nil })
        for index in instances.indices { prepareVirtualInterface(of: index) }
        try monitor.update(&links, rereading: &routing)
        tellInterfaces()
        for index in checks.indices {
            if let passes = checks[index].start(at: Clock.now) { report(.check(index), passes: passes) }
        }
        for index in processes.indices { try lookForProcess(index, at: Clock.now) }
        reportKnownResults()
        for index in instances.indices { handle(.start, instance: index) }
        requireForwarding()
        isBalancingStale = true
        balance()
        isGuardianStale = true
    }

    /// Resigns everywhere and leaves nothing behind.
    mutating func stop() {
        guardian?.dismiss()
        guardian = nil
        for index in instances.indices { handle(.shutdown, instance: index) }
        finishRemovals(at: nil)
        for index in checks.indices { checks[index].stop() }
        for index in processes.indices { processes[index].stop() }
        stopBalancing()
        for index in instances.indices { removeVirtualInterface(of: index) }
        for socket in sockets { socket.close() }
        (instances, checks, processes, sockets, services) = ([], [], [], [], [])
    }

    /// Reads the configuration again. An invalid one changes nothing.
    ///
    /// - Returns: why it is refused, if it is.
    @discardableResult
    mutating func reload() throws(SystemError) -> String? {
        let new: Plan
        do throws(AgentError) {
            new = try Plan(file: file)
        } catch {
            let remedy = "let the user that the agent runs as read it, or restart the agent"
            return refuse(error.description + (linux_is_root() == 1 ? "" : "\n  try: \(remedy)"))
        }
        guard new.sources != plan.sources else {
            Log.info("\(file.path): unchanged")
            return nil
        }
        if new.startsPrograms {
            let result = linux_reread_programs()
            let unprepared =
                "it needs programs, or users to run them, for the first time\n  try: restart the agent"
            guard result == 0 else { return refuse(result == -LINUX_EPERM ? unprepared : "see above") }
        }
        ServiceManager.tell("RELOADING=1")
        Log.info("\(file.path): read again: \(new.summary)")
        try adopt(new, after: plan)
        ServiceManager.tell("READY=1\nSTATUS=\(plan.summary)")
        return nil
    }

    private func refuse(_ why: String) -> String {
        let text = "\(why)\nthe new configuration is refused, the old one stays in force"
        Log.error(text)
        return text
    }

    /// Ends an instance that is configured differently now, or no longer.
    private mutating func retire(_ index: Int, for new: Plan) {
        let name = instances[index].plan.name
        let stays = new.instances.contains { $0.name.isSame(as: name) }
        Log.info(
            "\(name): \(stays ? "its configuration changed: starts anew" : "no longer configured: ends")"
        )
        handle(.shutdown, instance: index)
        release(instance: index)
        removeVirtualInterface(of: index)
    }

    /// Keeps what goes on, under its new number.
    private mutating func takeOver(_ known: [Int?], from old: Plan) {
        let before = (instances: instances, checks: checks, processes: processes)
        instances = known.indices.map { index in
            guard let number = known[index] else { return Instance(plan.instances[index]) }
            var instance = before.instances[number]
            instance.plan = plan.instances[index]
            return instance
        }
        checks = plan.checks.map { check in
            before.checks.first { $0.plan == check } ?? RunningCheck(check)
        }
        for var check in before.checks where !plan.checks.contains(check.plan) { check.stop() }
        processes = plan.processes.map { process in
            before.processes.first { $0.plan == process } ?? ProcessWatch(process)
        }
        for var watch in before.processes where !plan.processes.contains(watch.plan) { watch.stop() }
        let results = interfaces
        interfaces = plan.interfaces.map { name in
            old.interfaces.firstIndex { $0.isSame(as: name) }.flatMap { results[$0] }
        }
        let states = groupStates
        groupStates = plan.groups.map { group in
            let members = group.members.map { known[$0] }
            return old.groups.firstIndex { $0.members.elementsEqual(members) { $0 == $1 } }.map { states[$0] }
                ?? .initialize
        }
        announcements.continue(at: plan.announcementInterval) { owner in known.firstIndex(of: owner) }
    }

    /// Gives instances that go on their new settings, addresses and routes.
    private mutating func reconfigure(_ known: [Int?], from old: Plan) {
        for (index, number) in known.enumerated() {
            guard let number, plan.instances[index].differs(from: old.instances[number]) else { continue }
            let text: Message = "\(plan.instances[index].name): its configuration changed: goes on with it"
            Log.info(text.text)
            announcements.cancel(index)
            removeRoutes(instance: index, except: plan.instances[index].routes)
            removeAddresses(instance: index, except: plan.instances[index].addresses)
            reconfigure(instance: index)
        }
    }

    private mutating func closeUnusedSockets() {
        sockets.removeAll { socket in
            let isUsed = instances.contains { instance in
                instance.plan.family == socket.family
                    && instance.plan.wires.contains { links.link(named: $0)?.index == socket.index }
            }
            if !isUsed { socket.close() }
            return !isUsed
        }
    }

    /// New instances must hear what those that go on know already.
    private mutating func reportKnownResults() {
        for index in checks.indices {
            if let passes = checks[index].passes { report(.check(index), passes: passes) }
        }
        for index in processes.indices {
            if let passes = processes[index].passes { report(.process(index), passes: passes) }
        }
        for index in interfaces.indices {
            if let passes = interfaces[index] { report(.interface(index), passes: passes) }
        }
        if isHandingOver { reportHandOver() }
    }

    /// A predecessor that was killed leaves its addresses, and two nodes would answer for them; likewise routes and
    /// virtual interfaces. The owner's addresses are the machine's own.
    private mutating func clean(_ started: [Int]) throws(SystemError) {
        try monitor.update(&links, rereading: &routing)
        for index in started {
            let plan = instances[index].plan
            for route in plan.routes { _ = try routing.remove(route, links) }
            guard plan.settings.priority != .owner else { continue }
            for entry in plan.addresses {
                guard let link = links.link(named: entry.device),
                    link.addresses.contains(where: { $0 == entry.address }),
                    try routing.remove(entry, from: link)
                else { continue }
                let what = "removed \(entry.address.description) from \(entry.device)"
                Log.info("\(plan.name): \(what): left there by an earlier run")
            }
        }
        try monitor.update(&links, rereading: &routing)
        for index in started { removeVirtualInterface(of: index) }
        try monitor.update(&links, rereading: &routing)
    }
}
