public import Provisioning

/// What systemd says of a unit: one `systemctl show` for all units of a host.
public struct UnitObservation: Observation {
    /// With its suffix: "nginx.service".
    public let unit: String

    public init(unit: String) { self.unit = unit }

    public static var deadline: Duration? { .seconds(15) }

    public static func script(for subjects: [UnitObservation]) -> String {
        """
        [ -d /run/systemd/system ] || { echo "systemd does not run here" >&2; exit 1; }
        systemctl show --no-pager -p LoadState,LoadError,ActiveState,SubState,UnitFileState,NeedDaemonReload \\
          -- \(subjects.map(\.unit).shellQuoted)
        """
    }

    public static func answers(from output: ShellOutput, for subjects: [UnitObservation]) throws
        -> [UnitState]
    {
        let blocks = output.lines.split(separator: "").map { lines in
            Dictionary(
                lines.map { line in
                    let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    return (parts[0], parts.count > 1 ? String(parts[1]) : "")
                },
                uniquingKeysWith: { $1 }
            )
        }
        guard blocks.count == subjects.count else {
            throw ObservationError("systemctl showed \(blocks.count) of \(subjects.count) units")
        }
        return try zip(subjects, blocks).map { subject, properties in
            guard let load = properties["LoadState"], let active = properties["ActiveState"] else {
                throw ObservationError("systemctl showed no state of \(subject.unit)")
            }
            return UnitState(
                load: load,
                active: active,
                sub: properties["SubState"] ?? "",
                file: properties["UnitFileState"] ?? "",
                needsReload: properties["NeedDaemonReload"] == "yes",
                // "org.freedesktop.systemd1.BadUnitSetting "Unit … has a bad unit file setting.""
                loadError: properties["LoadError"].flatMap { $0.isEmpty ? nil : $0 }
            )
        }
    }

    /// systemctl's own rule: a name without a suffix is a service.
    static func fullName(_ unit: String) -> String {
        let suffixes = [
            "service", "socket", "timer", "target", "mount", "automount", "path", "slice", "scope", "swap",
            "device",
        ]
        return suffixes.contains { unit.hasSuffix("." + $0) } ? unit : unit + ".service"
    }

    /// - Throws: `ResourceError` where `unit` is no unit's name; a pattern would name several.
    static func validate(_ unit: String) throws {
        guard unit.wholeMatch(of: #/[A-Za-z0-9:_@\\][A-Za-z0-9:_.@\\-]*/#) != nil, unit.utf8.count <= 255
        else { throw ResourceError("«\(unit)» is no name of a systemd unit") }
    }
}

/// The properties of org.freedesktop.systemd1(5) that matter here.
public struct UnitState: Sendable, Hashable {
    /// "loaded", "not-found", "masked", "bad-setting", "error".
    public var load: String
    /// "active", "reloading", "inactive", "failed", "activating", "deactivating".
    public var active: String
    public var sub: String
    /// "enabled", "enabled-runtime", "disabled", "static", "masked", …; empty where there is no unit file.
    public var file: String
    /// Its files were changed since systemd read them.
    public var needsReload: Bool
    public var loadError: String?

    public init(
        load: String = "loaded",
        active: String = "active",
        sub: String = "running",
        file: String = "enabled",
        needsReload: Bool = false,
        loadError: String? = nil
    ) {
        self.load = load
        self.active = active
        self.sub = sub
        self.file = file
        self.needsReload = needsReload
        self.loadError = loadError
    }

    public var isRunning: Bool { active == "active" || active == "reloading" }
    public var isThere: Bool { load != "not-found" }
    public var isMasked: Bool { load == "masked" || file.hasPrefix("masked") }

    /// "failed (exit-code)", for people.
    var shown: String { sub.isEmpty || sub == active ? active : "\(active) (\(sub))" }

    /// Why systemd cannot use the unit's file, where it cannot.
    func refusal(of unit: String) -> String? {
        guard ["bad-setting", "error"].contains(load) else { return nil }
        return "systemd refuses \(unit): \(loadError ?? load); see `systemctl status \(unit)`"
    }
}
