import CLinux
import VRRP

/// The daemon: waits until something happens or is due, lets the protocol decide, and does what it says.
struct Agent {
    let file: ConfigurationFile
    private let confinement: Confinement
    var plan: Plan
    var instances: [Instance] = []
    var checks: [RunningCheck] = []
    var processes: [ProcessWatch] = []
    /// Whether each tracked interface can carry traffic; nil before the first look.
    var interfaces: [Bool?] = []
    /// The last state that was told of each sync group.
    var groupStates: [VirtualRouter.State] = []
    var services: [Service] = []
    var balancer: Balancer
    /// Whether what the kernel is to do with connections may have changed.
    var isBalancingStale = false
    var notifiers: [Notifier] = []
    var sockets: [AdvertisementSocket] = []
    var links: LinkTable
    var routing: RoutingSocket
    var monitor: LinkMonitor
    let frames: FrameSocket
    var announcements = AnnouncementQueue()
    /// nil where another agent of this network namespace answers already.
    var status: StatusSocket?
    private var watchdog: Watchdog?
    /// Whether this node stands back until it is told to resume.
    var isHandingOver = false
    var guardian: Guardian?
    /// Whether what the guardian would have to do has changed.
    var isGuardianStale = false
    var lostGuardians = 0
    /// Whether it was asked to end.
    var isEnding = false
    let signals: Int32

    /// Packets taken from one socket before timers get their turn: a flood must not starve them.
    private static let packetsAtOnce = 512

    /// Reads and checks the configuration, and opens what the work needs. Nothing has changed after this.
    init(file: ConfigurationFile, confinement: Confinement, usesIPVS: Bool) throws(AgentError) {
        self.file = file
        self.confinement = confinement
        balancer = Balancer(usesIPVS: usesIPVS)
        plan = try Plan(file: file)
        do throws(SystemError) {
            try confinement.requireRights()
            signals = Int32(try check(linux_signals(), "take over the signals"))
            try Launcher.fork(for: plan, of: file, signals: signals)
            monitor = try LinkMonitor()
            routing = try RoutingSocket()
            frames = try FrameSocket()
            links = try routing.table()
        } catch {
            throw .system(error)
        }
    }

    /// Works until SIGTERM or SIGINT.
    mutating func run() throws(AgentError) {
        do throws(SystemError) {
            Log.info("apus-vrrpd \(agentVersion) starts: \(plan.summary)")
            try confinement.apply()
            openStatus()
            try adopt(plan, after: .none)
            ServiceManager.tell("READY=1\nSTATUS=\(plan.summary)")
            watchdog = Watchdog(at: Clock.now)
            while true {
                let ready = try wait()
                try observeInterfaces()
                try observeProcesses(ready: ready)
                if ready.contains(linux_endings()) { try reap() }
                observeConnections(ready: ready)
                try receivePackets()
                try answerQuestions()
                if try takeSignals() { return }
                expireTimers()
                balance()
                renewGuardian()
                watchdog?.feed(at: Clock.now)
            }
        } catch {
            stop()
            throw .system(error)
        }
    }

    private func deadline() -> Instant? {
        var next = announcements.deadline
        for instance in instances {
            if let deadline = instance.router.deadline { next = min(next ?? deadline, deadline) }
            if let removal = instance.removal { next = min(next ?? removal, removal) }
        }
        for check in checks {
            if let deadline = check.deadline { next = min(next ?? deadline, deadline) }
        }
        for process in processes {
            if let deadline = process.deadline { next = min(next ?? deadline, deadline) }
        }
        for notifier in notifiers {
            if let deadline = notifier.deadline { next = min(next ?? deadline, deadline) }
        }
        if let deadline = balancer.deadline { next = min(next ?? deadline, deadline) }
        if let watchdog { next = min(next ?? watchdog.deadline, watchdog.deadline) }
        return next
    }

    /// Waits until something happens or is due.
    ///
    /// - Returns: the descriptors that something happened on.
    private func wait() throws(SystemError) -> [Int32] {
        var descriptors = [monitor.descriptor] + childDescriptors + sockets.map { $0.descriptor }
        descriptors += processes.flatMap { $0.running }
        if let status { descriptors.append(status.descriptor) }
        let connections = checks.compactMap { $0.connection }
        descriptors += connections.filter { !$0.isOpening }.map { $0.descriptor }
        return try waitUntilReadable(
            descriptors,
            orWritable: connections.filter { $0.isOpening }.map { $0.descriptor },
            timeout: deadline().map { $0 - Clock.now }
        )
    }

    private mutating func receivePackets() throws(SystemError) {
        for index in sockets.indices {
            for _ in 0..<Agent.packetsAtOnce {
                guard let packet = receive(from: index) else { break }
                take(packet, from: index)
            }
        }
    }

    /// An interface that went down reports so here; the monitor says the rest.
    private mutating func receive(from index: Int) -> [UInt8]? {
        do throws(SystemError) {
            return try sockets[index].receive()
        } catch {
            Log.warning(error.description)
            return nil
        }
    }

    private mutating func take(_ packet: [UInt8], from index: Int) {
        do throws(Rejection) {
            let datagram = try Datagram(packet: packet)
            guard let addressee = try addressee(of: datagram, through: sockets[index]) else {
                throw .unknownVirtualRouter
            }
            handle(event(of: datagram), instance: addressee)
        } catch {
            let count = sockets[index].rejections.count(error)
            // Another virtual router on the same network is nothing to complain about.
            guard count.isReported, error != .unknownVirtualRouter else { return }
            Log.warning("rejected a packet: \(error.description) (\(count) so far)")
        }
    }

    private func event(of datagram: Datagram) -> VirtualRouter.Event {
        do throws(Rejection) {
            let delivery: VirtualRouter.Delivery =
                datagram.destination.isMulticast ? .multicast : .unicast(hopLimit: datagram.hopLimit)
            return .received(try Advertisement(datagram), from: datagram.source, by: delivery)
        } catch {
            return .rejected(error, from: datagram.source)
        }
    }

    /// The virtual router of that number on that interface; where there is one of each version, that of this one.
    private func addressee(
        of datagram: Datagram,
        through socket: AdvertisementSocket
    ) throws(Rejection) -> Int? {
        let (version, number) = try datagram.claim()
        let candidates = instances.indices.filter { index in
            let plan = instances[index].plan
            return plan.settings.virtualRouter.rawValue == number && plan.family == socket.family
                && links.link(named: plan.interface)?.index == socket.index
        }
        return candidates.first { instances[$0].plan.settings.version.rawValue == version }
            ?? candidates.first
    }

    private mutating func expireTimers() {
        let now = Clock.now
        for index in checks.indices {
            guard let deadline = checks[index].deadline, deadline <= now else { continue }
            if let passes = checks[index].timer(at: now) { report(.check(index), passes: passes) }
        }
        for index in notifiers.indices {
            guard let deadline = notifiers[index].deadline, deadline <= now else { continue }
            notifiers[index].timer(at: now)
        }
        for index in instances.indices {
            guard let deadline = instances[index].router.deadline, deadline <= now else { continue }
            handle(.timer, instance: index)
        }
        announceWaiting()
        finishRemovals(at: now)
    }

    /// - Returns: whether to end.
    private mutating func takeSignals() throws(SystemError) -> Bool {
        while true {
            let signal = linux_next_signal(signals)
            switch signal {
            case -LINUX_EAGAIN: return false
            case -LINUX_EINTR: continue
            case LINUX_SIGCHLD: try reap()
            case LINUX_SIGHUP: try reload()
            case LINUX_SIGTERM, LINUX_SIGINT:
                ServiceManager.tell("STOPPING=1")
                Log.info("ends on request")
                isEnding = true
                stop()
                try finishNotifications()
                return true
            default: _ = try check(signal, "read signals")
            }
        }
    }

    /// Lets the connections of checks go on.
    private mutating func observeConnections(ready: [Int32]) {
        for index in checks.indices {
            guard let connection = checks[index].connection, ready.contains(connection.descriptor) else {
                continue
            }
            if let passes = checks[index].proceed(at: Clock.now) { report(.check(index), passes: passes) }
        }
    }

    /// Tells every service and every virtual router that tracks it how a check or a process stands.
    mutating func report(_ source: Plan.Source, passes: Bool) {
        if case .check(let index) = source { reportToServices(index, passes: passes) }
        for index in instances.indices {
            for (tracker, tracked) in instances[index].plan.tracked.enumerated()
            where tracked.source == source {
                handle(.tracker(tracker, passes: passes != tracked.isReversed), instance: index)
            }
        }
    }
}
