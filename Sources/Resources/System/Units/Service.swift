public import Provisioning

/// A systemd unit that runs or does not, and that starts with the machine or does not.
public struct Service: Resource {
    /// With its suffix; ".service" where none was given.
    public let unit: String
    /// `nil` leaves it as it is.
    public var running: Bool?
    /// Whether it starts at boot; `nil` leaves that as it is.
    public var enabled: Bool?
    /// What brings the unit: while that would change, check mode does not call this unchanged.
    public var after: [ResourceID]
    /// For starting or stopping it.
    public var deadline: Duration

    public init(
        _ unit: String,
        running: Bool? = true,
        enabled: Bool? = true,
        after: [ResourceID] = [],
        deadline: Duration = .seconds(120)
    ) {
        self.unit = UnitObservation.fullName(unit)
        self.running = running
        self.enabled = enabled
        self.after = after
        self.deadline = deadline
    }

    public var name: String { unit }

    public var dependencies: [ResourceID] {
        after + [
            ResourceID(SystemdUnit.self, unit), ResourceID(File.self, SystemdUnit.path(of: unit)),
        ]
    }

    public func validate() throws {
        try UnitObservation.validate(unit)
        if running == nil, enabled == nil {
            throw ResourceError("Service(\"\(unit)\") wants nothing: say running or enabled")
        }
    }

    public var probe: Probe<UnitState> { Probe(UnitObservation(unit: unit)) }

    public func plan(from state: UnitState) -> Plan {
        let wantsUnit = running == true || enabled == true
        if !state.isThere, !state.isRunning {
            return wantsUnit ? .unknown("the unit \(unit) is not there yet") : .unchanged
        }
        if wantsUnit {
            if let refusal = state.refusal(of: unit) { return .unknown(refusal) }
            if state.isMasked {
                return .unknown(
                    "\(unit) is masked, so that nothing starts it; `systemctl unmask \(unit)` ends that"
                )
            }
        }
        var difference = Difference()
        var steps: [Step] = []
        if let enabled, enabled != state.isEnabled {
            if enabled, !state.canBeEnabled {
                return .unknown(
                    "\(unit) is \(state.file.isEmpty ? "without a unit file" : state.file), and has nothing that "
                        + "could be enabled; say enabled: nil"
                )
            }
            difference.note("enabled", from: state.isEnabled ? "yes" : "no", to: enabled ? "yes" : "no")
            steps.append(
                .run(["systemctl", enabled ? "enable" : "disable", "--", unit], deadline: .seconds(60))
            )
        }
        if let running, running != state.isRunning {
            difference.note("state", from: state.shown, to: running ? "running" : "stopped")
            if running, state.needsReload { steps.append(.run(["systemctl", "daemon-reload"])) }
            steps.append(
                running
                    ? .script("start \(unit)", deadline: deadline, UnitScript.activate(unit, by: ["start"]))
                    : .run(["systemctl", "stop", "--", unit], deadline: deadline)
            )
        }
        return steps.isEmpty ? .unchanged : .change(steps, difference)
    }
}

extension UnitState {
    /// At every boot: `enabled-runtime` lasts only until the next one.
    var isEnabled: Bool { file == "enabled" || file == "alias" }

    /// Whether its file has an [Install] section, or is the kind that `systemctl enable` understands.
    var canBeEnabled: Bool { !["static", "generated", "transient", "indirect", ""].contains(file) }
}
