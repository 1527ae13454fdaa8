public import Provisioning

/// Restarts a systemd unit, in every run: meant for handlers.
public struct ServiceRestart: Resource {
    public let unit: String
    public var deadline: Duration

    public init(_ unit: String, deadline: Duration = .seconds(120)) {
        self.unit = UnitObservation.fullName(unit)
        self.deadline = deadline
    }

    public var name: String { unit }
    public var isAction: Bool { true }
    public var dependencies: [ResourceID] { [ResourceID(SystemdUnit.self, unit)] }
    public func validate() throws { try UnitObservation.validate(unit) }
    public var probe: Probe<UnitState> { Probe(UnitObservation(unit: unit)) }

    public func plan(from state: UnitState) -> Plan {
        guard state.isThere else { return .unknown("the unit \(unit) is not there yet") }
        let script = UnitScript.activate(unit, by: ["restart"])
        return state.acting(.script("restart \(unit)", deadline: deadline, script), to: "restarted")
    }
}

/// Makes a running systemd unit read its configuration again, in every run: meant for handlers.
///
/// A unit that cannot reload is restarted; one that does not run stays so.
public struct ServiceReload: Resource {
    public let unit: String
    /// Whether one that refuses its new configuration is restarted; else the task fails.
    public var restartsIfRefused: Bool
    public var deadline: Duration

    public init(_ unit: String, restartsIfRefused: Bool = false, deadline: Duration = .seconds(120)) {
        self.unit = UnitObservation.fullName(unit)
        self.restartsIfRefused = restartsIfRefused
        self.deadline = deadline
    }

    public var name: String { unit }
    public var isAction: Bool { true }
    public var dependencies: [ResourceID] { [ResourceID(SystemdUnit.self, unit)] }
    public func validate() throws { try UnitObservation.validate(unit) }
    public var probe: Probe<UnitState> { Probe(UnitObservation(unit: unit)) }

    public func plan(from state: UnitState) -> Plan {
        guard state.isThere else { return .unknown("the unit \(unit) is not there yet") }
        guard state.isRunning else { return .unchanged }
        let verbs = ["try-reload-or-restart"] + (restartsIfRefused ? ["try-restart"] : [])
        let script = UnitScript.activate(unit, by: verbs)
        return state.acting(.script("reload \(unit)", deadline: deadline, script), to: "reloaded")
    }
}

extension UnitState {
    /// Does `step`, after systemd has read the unit's file where that changed.
    fileprivate func acting(_ step: Step, to result: String) -> Plan {
        let reload: [Step] = needsReload ? [.run(["systemctl", "daemon-reload"])] : []
        return .change(reload + [step], Difference([.attribute("state", from: shown, to: result)]))
    }
}
