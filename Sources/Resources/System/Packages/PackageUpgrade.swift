public import Provisioning

/// All packages in the newest version that the host's sources offer.
///
/// The package lists are fetched when they are older than `validity`, and not at every run: so a run soon after
/// another changes nothing, and a check run needs no network.
public struct PackageUpgrade: Resource {
    public enum Kind: String, Sendable, Hashable {
        /// Removes nothing; what would need that is kept back.
        case safe = "upgrade"
        /// Removes and adds packages where the upgrade needs it.
        case full = "dist-upgrade"
    }

    public var upgrade: Kind
    /// Package lists older than this are fetched anew; 24 hours by default.
    public var validity: Duration
    public var deadline: Duration

    public init(
        _ upgrade: Kind = .safe,
        validity: Duration = .seconds(24 * 3600),
        deadline: Duration = .seconds(3600)
    ) {
        self.upgrade = upgrade
        self.validity = validity
        self.deadline = deadline
    }

    public var name: String { upgrade.rawValue }

    public func validate() throws {
        // What was fetched during a run must still be fresh at its end, when all is looked at once more.
        guard validity >= .seconds(3600) else {
            throw ResourceError("PackageUpgrade: validity must be an hour or more")
        }
    }

    public var probe: Probe<UpgradeState> {
        Probe(UpgradeObservation(kind: upgrade, validity: Int(validity.components.seconds)))
    }

    public func plan(from state: UpgradeState) -> Plan {
        var difference = Difference()
        if state.isInterrupted { difference.note("dpkg", from: "interrupted", to: "finished") }
        if state.isStale {
            difference.note(
                "package lists",
                from: state.listsAge.map(Self.age),
                to: "refreshed, then upgraded"
            )
        }
        for upgrade in state.upgrades.prefix(20) {
            difference.note(upgrade.package, from: upgrade.from, to: upgrade.to)
        }
        if state.upgrades.count > 20 {
            difference.note("more packages", from: nil, to: "\(state.upgrades.count - 20) upgraded")
        }
        if difference.isEmpty { return .unchanged }
        let script = [
            AptScript.preamble,
            state.isStale ? "refresh" : "lists_are_there || refresh",
            """
            if ! patiently apt \(upgrade.rawValue); then
              [ -z "$refreshed" ] || give_up
              grep -q 'Failed to fetch\\|Unable to fetch' "$errors" || give_up
              echo "the package lists are outdated"
              refresh
              patiently apt \(upgrade.rawValue) || give_up
            fi
            """,
            AptScript.epilogue(upgrade: upgrade),
        ]
        let title = (state.isStale ? "apt-get update, " : "") + "apt-get \(upgrade.rawValue)"
        let step = Step.script(title, deadline: deadline, script.joined(separator: "\n")).asJob()
        return .change([step], difference)
    }

    /// "30 h old".
    private static func age(_ seconds: Int) -> String {
        seconds < 72 * 3600 ? "\(seconds / 3600) h old" : "\(seconds / 86400) days old"
    }
}
