public import Apus

/// Restarts a web server that gets no requests meanwhile: HAProxy on every balancer lets it finish what it has before,
/// and gives it new ones once its checks pass. Give its play a `serial`, and the gate `DockerBalancer.serves`.
public struct RebootServer: Role {
    public static let name = "reboot"

    /// As `DockerBalancer.Backend` has it.
    public var backend: String
    /// Hosts of the inventory.
    public var balancers: [String]

    public init(backend: String, balancers: [String]) {
        self.backend = backend
        self.balancers = balancers
    }

    public var tasks: [Play.Task] {
        Block {
            for balancer in balancers {
                BackendRotation(backend, isIn: false)
                    .named("Take \(backend) out of the rotation of \(balancer)")
                    .delegate(to: balancer)
            }
            RebootHost()
        } always: {
            for balancer in balancers {
                BackendRotation(backend, isIn: true)
                    .named("Put \(backend) back into the rotation of \(balancer)")
                    .delegate(to: balancer)
            }
        }
    }
}
