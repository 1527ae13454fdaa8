public import Provisioning

/// Restarts the host and waits until it is really back: another boot, its services up.
public struct Reboot: Resource {
    /// Whether only a host restarts that asks for it, as Debian's packages do with /run/reboot-required.
    public var onlyIfRequired: Bool
    /// From the order to restart until the services are up; 10 minutes by default.
    public var deadline: Duration

    public init(onlyIfRequired: Bool = false, deadline: Duration = .seconds(600)) {
        self.onlyIfRequired = onlyIfRequired
        self.deadline = deadline
    }

    public var name: String { "host" }
    public var isAction: Bool { true }

    public var dependencies: [ResourceID] {
        onlyIfRequired ? [PackageUpgrade(.safe).id, PackageUpgrade(.full).id] : []
    }

    /// Whether the host asks for a restart.
    public var probe: Probe<Bool> {
        onlyIfRequired
            ? Probe(FileObservation(path: "/run/reboot-required")).map { $0 != nil } : .constant(true)
    }

    public func plan(from isRequired: Bool) -> Plan {
        guard isRequired else { return .unchanged }
        var difference = Difference()
        difference.note("boot", from: "the present one", to: "another")
        return .change([Step("restart the host", deadline: deadline, .reboot)], difference)
    }
}
