/// One router's part in one virtual router: the state machine of RFC 3768 §6.4 and RFC 9568 §6.4, as a value.
///
///                     +---------------+
///          +--------->|  Initialize,  |<-------------+
///          |          |     Fault     |              |
///          |          +---------------+              |
///          |             |          |                |
///          |   priority  |          |  priority      |
///          |     = 255   V          V    < 255       |
///     +---------------+                +---------------+
///     |               |--------------->|               |
///     |    Master     |  a better one  |    Backup     |
///     |               |<---------------|               |
///     +---------------+  timer expires +---------------+
///
/// It does no I/O and reads no clock. The driver's loop is: wait until `deadline` or something happens;
/// `handle` it; perform every `nextAction`. Packets that arrived should be handled before an expired timer, so
/// that a node that was paused notices a new master before it acts.
///
/// Deviations from the RFCs are listed in docs/vrrp.md.
public struct VirtualRouter: Sendable {
    public internal(set) var settings: Settings
    public internal(set) var state = State.initialize
    /// When the state last changed; nil before the first change.
    public internal(set) var since: Instant?
    /// Packets for this virtual router that were not acted on.
    public internal(set) var rejections = RejectionCounters()
    /// The other router heard last, until this one becomes master.
    public internal(set) var heard: Peer?
    /// The interval that timers count in: the master's as it advertises it, or our own.
    public internal(set) var masterInterval: Duration

    var isStarted = false
    var interface = Interface.down(.missing)
    /// For each tracker of the settings, whether it passes; nil before its first result.
    public internal(set) var trackerResults: [Bool?]
    var timers = RunningTimers()
    /// The member of the sync group that is in fault, which keeps this one from taking part.
    var groupObstacle: String?
    /// Whether it would be master if it were not in a sync group.
    var isReady: Bool { state == .backup && timers.masterDown == nil }
    var hasWaitedAfterPause = false
    var mismatches = Mismatches()
    var secondMasterPackets: UInt64 = 0
    private var queue: [Action] = []

    public init(_ settings: Settings) {
        self.settings = settings
        trackerResults = [Bool?](repeating: nil, count: settings.trackers.count)
        masterInterval = settings.interval
    }

    /// When `handle(.timer, at:)` is due; nil while only events matter.
    public var deadline: Instant? {
        switch state {
        case .initialize, .fault: nil
        case .backup: timers.masterDown
        case .master:
            earliest(
                earliest(earliest(timers.advertise, timers.standing), timers.listening),
                earliest(timers.secondBurst, timers.refresh)
            )
        }
    }

    /// Takes the next thing to do, in order; nil when all is done. At most a handful follow one event.
    public mutating func nextAction() -> Action? {
        queue.isEmpty ? nil : queue.removeFirst()
    }

    /// The base priority with the weights of the trackers.
    public var effectivePriority: Priority {
        var weight = 0
        for (tracker, passes) in zip(settings.trackers, trackerResults) {
            weight += tracker.part(passes: passes)
        }
        return settings.priority.adjusted(by: weight)
    }

    public mutating func handle(_ event: Event, at now: Instant) {
        noticePause(at: now)
        switch event {
        case .start:
            isStarted = true
            reconsider(cleared: .started, at: now)
        case .shutdown:
            guard isStarted else { return }
            isStarted = false
            leave(to: .initialize, because: .shutdown, at: now)
        case .interfaceUp(let address):
            interface = .up(address)
            reconsider(cleared: .faultCleared, at: now)
        case .interfaceDown(let fault):
            interface = .down(fault)
            reconsider(cleared: .faultCleared, at: now)
        case .tracker(let index, let passes):
            trackerReports(index, passes: passes, at: now)
        case .received(let advertisement, let source, let delivery):
            receive(advertisement, from: source, by: delivery, at: now)
        case .rejected(let cause, let source):
            reject(because: cause, from: source)
        case .addressRemoved(let address):
            guard state == .master else { return }
            perform(.addAddresses)
            perform(.announce(times: settings.announcements.burst))
            perform(.note(.addressRestored(address)))
        case .group(let order):
            follow(order, at: now)
        case .timer:
            timerExpires(at: now)
        }
    }

    mutating func perform(_ action: Action) {
        queue.append(action)
    }

    mutating func change(to new: State, because reason: Reason, at now: Instant) {
        perform(.changed(Transition(from: state, to: new, reason: reason)))
        state = new
        since = now
        secondMasterPackets = 0
    }
}

extension VirtualRouter {
    /// Another router, as its last advertisement showed it.
    public struct Peer: Hashable, Sendable {
        public var address: IPAddress
        public var priority: Priority
        public var at: Instant
    }

    enum Interface: Hashable, Sendable {
        case up(IPAddress)
        case down(InterfaceFault)
    }

    struct RunningTimers: Sendable {
        /// Backup: Master_Down_Timer.
        var masterDown: Instant?
        /// Backup: until then a living, weaker master is left alone.
        var preemptFrom: Instant?
        /// Master: Adver_Timer; absent while it offers its place or listens.
        var advertise: Instant?
        /// Master: until then a better backup may take the place.
        var standing: Instant?
        /// Master that did not run for a while: until then somebody else may turn out to be master.
        var listening: Instant?
        var secondBurst: Instant?
        var refresh: Instant?
    }

    /// What was already said about peers that are configured differently, so that it is said once.
    struct Mismatches: Sendable {
        var addresses: [IPAddress] = []
        var interval: Duration?
    }
}
