extension VirtualRouter {
    /// Why a state changed.
    public enum Reason: Hashable, Sendable {
        case started
        case shutdown
        case ownsAddresses
        /// The master, if one was ever heard, has been silent for so long.
        case silence(of: IPAddress?, for: Duration)
        case masterResigned(IPAddress)
        case beats(IPAddress, priority: Priority, own: Priority)
        case beatenBy(IPAddress, priority: Priority, own: Priority)
        /// The same priority, and the sender's address is higher.
        case lostTie(IPAddress, priority: Priority)
        case interface(InterfaceFault)
        case trackerFails(String)
        case trackerUnknown(String)
        case faultCleared
        /// It did not run for a while, and somebody else is master now.
        case replacedWhilePaused(by: IPAddress, priority: Priority)
        /// This member of the sync group decided for all.
        case group(String)

        /// In plain words.
        public var description: String {
            switch self {
            case .started: "started"
            case .shutdown: "stopped"
            case .ownsAddresses: "priority 255 owns the addresses"
            case .silence(nil, let time): "no advertisement from anybody for \(time.secondsText)"
            case .silence(let master?, let time):
                "no advertisement from \(master.description) for \(time.secondsText)"
            case .masterResigned(let master): "\(master.description) resigned"
            case .beats(let peer, let priority, let own):
                "own priority \(own.rawValue) beats \(priority.rawValue) of \(peer.description)"
            case .beatenBy(let peer, let priority, let own):
                "priority \(priority.rawValue) of \(peer.description) beats own \(own.rawValue)"
            case .lostTie(let peer, let priority):
                "\(peer.description) has the same priority \(priority.rawValue) and the higher address"
            case .interface(let fault): fault.description
            case .trackerFails(let name): "check \(name) fails"
            case .trackerUnknown(let name): "waiting for the first result of check \(name)"
            case .faultCleared: "fault cleared"
            case .replacedWhilePaused(let peer, let priority):
                "did not run for a while, and \(peer.description) is master now with priority \(priority.rawValue)"
            case .group(let member): "follows \(member) of its sync group"
            }
        }
    }
}

extension VirtualRouter.InterfaceFault {
    public var description: String {
        switch self {
        case .missing: "interface does not exist"
        case .down: "interface is down"
        case .noCarrier: "interface has no carrier"
        case .noAddress: "interface has no address to send from"
        case .noSocket: "no socket could be opened on the interface"
        }
    }
}
