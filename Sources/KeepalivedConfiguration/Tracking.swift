/// Something whose state counts for an instance: a script, a process or an interface, by its name
/// (`track_script`, `track_process`, `track_interface`).
public struct Tracked: Sendable, Hashable {
    public var name: String
    /// Instead of the script's or the process's own; without one, 0 for an interface. −253…253.
    public var weight: Int?
    /// Instead of the script's or the process's own: the weight counts for the opposite result.
    public var reverse: Bool?
    public var location: Location

    public init(_ name: String, weight: Int? = nil, reverse: Bool? = nil, location: Location = .none) {
        self.name = name
        self.weight = weight
        self.reverse = reverse
        self.location = location
    }
}

/// A program that must be running (`vrrp_track_process`).
public struct WatchedProcess: Sendable, Hashable {
    public var name: String
    /// The process's name as the kernel shows it (`/proc/PID/comm`): the program's file name without its folder,
    /// of which 15 bytes count.
    public var process: String
    /// So many of them must run: 1…256, default 1.
    public var quorum: Int
    /// 0: too few mean FAULT. Above: added while enough run. Below: taken away while too few run. −253…253.
    public var weight: Int
    /// Whether the weight counts for the opposite result.
    public var reverse: Bool
    public var location: Location

    /// Each costs the agent a descriptor.
    static let quorums = 1...256

    public init(
        name: String,
        process: String,
        quorum: Int = 1,
        weight: Int = 0,
        reverse: Bool = false,
        location: Location = .none
    ) {
        self.name = name
        self.process = process
        self.quorum = quorum
        self.weight = weight
        self.reverse = reverse
        self.location = location
    }
}

/// Instances that are master together or not at all (`vrrp_sync_group`).
public struct SyncGroup: Sendable, Hashable {
    public var name: String
    /// The instances' names.
    public var members: [String]
    public var notifications: Notifications
    public var location: Location

    public init(
        name: String,
        members: [String],
        notifications: Notifications = Notifications(),
        location: Location = .none
    ) {
        self.name = name
        self.members = members
        self.notifications = notifications
        self.location = location
    }
}
