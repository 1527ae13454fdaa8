public import Provisioning

/// A unit file in /etc/systemd/system that systemd has read.
///
/// It starts nothing: `Service` does, and a handler with `ServiceRestart` where a change must take effect at once.
public struct SystemdUnit: Resource {
    public let unit: String
    private let file: File

    public init(_ unit: String, contents: String) {
        self.unit = UnitObservation.fullName(unit)
        file = File(Self.path(of: self.unit), contents: contents, mode: 0o644, owner: "root", group: "root")
    }

    static func path(of unit: String) -> String { "/etc/systemd/system/\(unit)" }

    public var path: String { file.path }
    public var name: String { unit }

    public func validate() throws {
        try UnitObservation.validate(unit)
        try file.validate()
    }

    public var probe: Probe<(FileState?, UnitState)> {
        file.probe.and(Probe(UnitObservation(unit: unit)))
    }

    public func plan(from state: (FileState?, UnitState)) -> Plan {
        let (fileState, unitState) = state
        let reload = Step.run(["systemctl", "daemon-reload"], deadline: .seconds(60))
        switch file.plan(from: fileState) {
        case .unknown(let why): return .unknown(why)
        case .change(let change): return .change(change.steps + [reload], change.difference)
        case .unchanged: break
        }
        if unitState.isMasked { return .unknown("\(unit) is masked; `systemctl unmask \(unit)` ends that") }
        guard unitState.needsReload || !unitState.isThere else {
            return unitState.refusal(of: unit).map { .unknown($0) } ?? .unchanged
        }
        var difference = Difference()
        difference.note("read by systemd", from: "an older state", to: "yes")
        return .change([reload], difference)
    }
}
