import CLinux
import VRRP

/// Tells the programs of one instance, sync group or service about its changes, in order and one at a time.
struct Notifier {
    enum Kind { case instance, group, service }

    let kind: Kind
    let name: String
    var programs: Plan.Notifications
    private var queue = ProgramQueue<Plan.Program>()
    private var process: Int32?

    init(_ kind: Kind, name: String, programs: Plan.Notifications) {
        self.kind = kind
        self.name = name
        self.programs = programs
    }

    /// What the program for every state gets.
    static let argumentCount = 4

    var isIdle: Bool { queue.isIdle }
    var deadline: Instant? { queue.deadline }

    /// As in keepalived, first the program for the state, then the one for all, which gets arguments.
    mutating func changed(to state: VirtualRouter.State, priority: Priority, at now: Instant) {
        let own: Plan.Program?
        let word: String
        switch state {
        case .master: (own, word) = (programs.master, "MASTER")
        case .backup: (own, word) = (programs.backup, "BACKUP")
        case .fault: (own, word) = (programs.fault, "FAULT")
        case .initialize: (own, word) = (programs.stop, "STOP")
        }
        if let own { queue.add(own, at: now) }
        if var any = programs.any {
            any.arguments += [kind == .group ? "GROUP" : "INSTANCE", name, word, "\(priority.rawValue)"]
            queue.add(any, at: now)
        }
        perform(at: now)
    }

    mutating func run(_ program: Plan.Program, at now: Instant) {
        queue.add(program, at: now)
        perform(at: now)
    }

    mutating func timer(at now: Instant) {
        queue.timer(at: now)
        perform(at: now)
    }

    /// Takes note that a child has ended; it may be another's.
    mutating func ended(_ child: Int32, status: Int32, at now: Instant) {
        guard process == child else { return }
        process = nil
        if status != 0 { Log.warning("\(name): a notify program ended with status \(status)") }
        queue.ended(at: now)
        perform(at: now)
    }

    /// Ends the running program, for good.
    func stop() {
        if let process { _ = linux_signal_group(process, LINUX_SIGKILL) }
    }

    private mutating func perform(at now: Instant) {
        while let action = queue.nextAction() {
            switch action {
            case .run(let program):
                do throws(SystemError) {
                    process = try Program.start(program.arguments, as: program.user)
                } catch {
                    Log.error("\(name): notify: \(error.description)")
                    queue.ended(at: now)
                }
            // The group may be gone by now: then SIGCHLD is on its way.
            case .terminate:
                Log.warning("\(name): a notify program takes longer than \(queue.limit.secondsText): ended")
                if let process { _ = linux_signal_group(process, LINUX_SIGTERM) }
            case .kill: stop()
            case .dropped(let program):
                Log.error("\(name): too many notify programs wait: left out \(program.arguments[0])")
            }
        }
    }
}

extension Agent {
    /// How long an agent that was asked to end waits for the notify programs.
    private static let lastNotifications = Duration.seconds(2)

    /// Keeps the queues of instances that are still there, with what they have not told yet.
    mutating func updateNotifiers() {
        notifiers.removeAll { $0.isIdle }
        for instance in plan.instances { updateNotifier(.instance, instance.name, instance.notifications) }
        for group in plan.groups { updateNotifier(.group, group.name, group.notifications) }
        for service in plan.services { updateNotifier(.service, service.name, Plan.Notifications()) }
    }

    private mutating func updateNotifier(
        _ kind: Notifier.Kind,
        _ name: String,
        _ programs: Plan.Notifications
    ) {
        if let known = notifier(kind, name) {
            notifiers[known].programs = programs
        } else {
            notifiers.append(Notifier(kind, name: name, programs: programs))
        }
    }

    private func notifier(_ kind: Notifier.Kind, _ name: String) -> Int? {
        notifiers.firstIndex { $0.kind == kind && $0.name.isSame(as: name) }
    }

    mutating func notify(of state: VirtualRouter.State, instance index: Int) {
        let instance = instances[index]
        notify(.instance, instance.plan.name, of: state, priority: instance.router.effectivePriority)
    }

    /// keepalived gives a group the priority 0.
    mutating func notify(of state: VirtualRouter.State, group index: Int) {
        notify(.group, plan.groups[index].name, of: state, priority: .resigned)
    }

    private mutating func notify(
        _ kind: Notifier.Kind,
        _ name: String,
        of state: VirtualRouter.State,
        priority: Priority
    ) {
        // A reload takes no address away for good, so that only the end of the agent is a stop.
        guard state != .initialize || isEnding, let known = notifier(kind, name) else { return }
        notifiers[known].changed(to: state, priority: priority, at: Clock.now)
    }

    mutating func notify(_ program: Plan.Program?, ofService name: String) {
        guard let program, let known = notifier(.service, name) else { return }
        notifiers[known].run(program, at: Clock.now)
    }

    /// Waits for the programs that are told of the end.
    mutating func finishNotifications() throws(SystemError) {
        let end = Clock.now + Agent.lastNotifications
        while notifiers.contains(where: { !$0.isIdle }) {
            let now = Clock.now
            guard now < end else {
                Log.warning(
                    "a notify program takes longer than \(Agent.lastNotifications.secondsText) at the end"
                )
                for notifier in notifiers { notifier.stop() }
                return
            }
            _ = try waitUntilReadable(childDescriptors, timeout: end - now)
            while linux_next_signal(signals) > 0 {}
            try reap()
        }
    }
}
