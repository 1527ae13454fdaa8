public import HostInventory

/// How a run goes about it.
public struct RunOptions: Sendable {
    /// Looks and predicts, changes nothing.
    public var check = false
    /// Fetches the present content of files that would be replaced, for reporters to show.
    public var diff = false
    /// Hosts at work at the same time.
    public var forks = 64
    public var limit: Pattern?
    /// For a connection, from the first packet to the end of authentication.
    public var connectDeadline: Duration = .seconds(10)
    /// For sudo, where the inventory gives none.
    public var becomePassword: Secret?

    /// Keeps other runs away from the hosts of this one. `nil`, the default of the library, takes no lock; nor does
    /// check mode.
    public var lock: HostLock?
    /// Where hosts keep the jobs of a run; `nil` is /run/apus/jobs of root, and ~/.local/state/apus/jobs of others.
    public var jobFolder: String?
    /// By which the run can be asked to stop.
    public var interruption = Interruption()

    public init() {}
}
