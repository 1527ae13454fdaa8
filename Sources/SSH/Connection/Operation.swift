/// One call into libssh2 that is repeated until it no longer would block.
///
/// It lives in the connection, not in the task that waits for it: a cancelled task goes on at once, while libssh2
/// gets to finish what it has begun. Its closures run on the connection's
/// executor, and keep the connection alive until it ends; a silent peer ends it.
final class Operation {
    /// Operations of one lane run one after the other.
    enum Lane: Hashable {
        /// What libssh2 keeps state for once per session: handshake, authentication, opening a channel.
        case session
        case read(SSHChannel.ID)
        case write(SSHChannel.ID)
        case close(SSHChannel.ID)

        var channel: SSHChannel.ID? {
            switch self {
            case .session: nil
            case .read(let id), .write(let id), .close(let id): id
            }
        }
    }

    let lane: Lane
    /// Tries once; true when done, with success or not.
    let attempt: () -> Bool
    /// Ends it from outside.
    let fail: (any Error) -> Void
    /// Whether its task went away; then it is dropped, unless libssh2 is in the midst of it.
    let isAbandoned: () -> Bool
    /// The wire's epoch at the last attempt: there is no use in another before it changed.
    var seen: UInt64?

    init(
        lane: Lane,
        attempt: @escaping () -> Bool,
        fail: @escaping (any Error) -> Void,
        isAbandoned: @escaping () -> Bool
    ) {
        self.lane = lane
        self.attempt = attempt
        self.fail = fail
        self.isAbandoned = isAbandoned
    }
}
