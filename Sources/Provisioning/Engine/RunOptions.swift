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

    public init() {}
}
