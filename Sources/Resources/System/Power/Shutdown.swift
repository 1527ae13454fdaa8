public import Provisioning

/// Powers the host off and waits until it is gone. Nothing more is done on it in that run.
public struct Shutdown: Resource {
    /// 3 minutes by default.
    public var deadline: Duration

    public init(deadline: Duration = .seconds(180)) { self.deadline = deadline }

    public var name: String { "host" }
    public var isAction: Bool { true }
    public var probe: Probe<Void> { .constant(()) }

    public func plan(from _: Void) -> Plan {
        var difference = Difference()
        difference.note("power", from: "on", to: "off")
        return .change([Step("power the host off", deadline: deadline, .powerOff)], difference)
    }
}
