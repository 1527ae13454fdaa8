public import Apus

/// Restarts a host and waits until it is really back. Give its play a `serial`, so that not all hosts go at once.
public struct RebootHost: Role {
    public static let name = "reboot"

    /// Whether only hosts restart that ask for it after an upgrade.
    public var onlyIfRequired: Bool
    /// Until the services are up again.
    public var deadline: Duration

    public init(onlyIfRequired: Bool = false, deadline: Duration = .seconds(600)) {
        self.onlyIfRequired = onlyIfRequired
        self.deadline = deadline
    }

    public var tasks: [Play.Task] {
        Reboot(onlyIfRequired: onlyIfRequired, deadline: deadline).named("Reboot")
    }
}
