public import Apus

/// Powers a host off and waits until it is gone.
public struct ShutdownHost: Role {
    public static let name = "shutdown"

    /// Until the host is gone.
    public var deadline: Duration

    public init(deadline: Duration = .seconds(180)) { self.deadline = deadline }

    public var tasks: [Play.Task] {
        Shutdown(deadline: deadline).named("Shut down")
    }
}
