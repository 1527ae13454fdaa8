public import Apus

/// Whether HAProxy gives a backend requests: seen and changed through its runtime API (HAProxy management guide §9.3),
/// on the balancer's host.
///
/// HAProxy keeps this in memory; where it is started anew, all backends get requests again.
public struct BackendRotation: Resource {
    /// As `DockerBalancer.Backend` has it.
    public let backend: String
    /// Out of the rotation a backend gets nothing new, and has finished what it had; in it, it gets requests as soon as
    /// its checks pass, which `DockerBalancer.serves` waits for.
    public var isIn: Bool
    /// For its last requests.
    public var deadline: Duration

    public init(_ backend: String, isIn: Bool, deadline: Duration = .seconds(60)) {
        self.backend = backend
        self.isIn = isIn
        self.deadline = deadline
    }

    public var name: String { backend }

    public func validate() throws {
        // What HAProxy takes in names; a space or a semicolon would end the command.
        guard backend.wholeMatch(of: #/[A-Za-z0-9_.:-]+/#) != nil else {
            throw ResourceError("BackendRotation(\"\(backend)\"): HAProxy has no such names")
        }
    }

    public var probe: Probe<HAProxyServer?> { Probe(HAProxyServerObservation(server: backend)) }

    public func plan(from state: HAProxyServer?) -> Plan {
        // Where no HAProxy runs, nobody gets requests from it.
        guard let state, state.isDone(in: isIn) == false else { return .unchanged }
        var difference = Difference()
        difference.note("rotation", from: "\(state)", to: isIn ? "in" : "out, and idle")
        let steps: [Step] =
            isIn
            ? [.script("set \(backend) to ready", HAProxyServerObservation.settingReady(backend))]
            : [
                .script("set \(backend) to drain", HAProxyServerObservation.setting(backend, "state drain")),
                .script(
                    "wait until \(backend) has finished its requests",
                    deadline: deadline,
                    HAProxyServerObservation.waitingForIdleness(of: backend)
                ),
            ]
        return .change(steps, difference)
    }
}

/// What HAProxy says of one server of its backend.
public struct HAProxyServer: Sendable, Equatable, CustomStringConvertible {
    /// Nothing keeps it from getting requests but its checks.
    var isReady: Bool
    /// Its checks pass.
    var isUp: Bool
    /// Requests that it is at.
    var sessions: Int

    func isDone(in rotation: Bool) -> Bool { rotation ? isReady : !isReady && sessions == 0 }

    public var description: String {
        (isReady ? "in" : "out") + (isUp ? ", well" : ", not well") + ", \(sessions) requests"
    }
}
