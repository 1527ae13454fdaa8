public import Provisioning

/// Debian packages that are installed, or are not.
public struct Package: Resource {
    public enum Wanted: Sendable, Hashable {
        /// Installed, in whatever version.
        case present
        /// Installed, in the version that apt's present lists offer.
        case latest
        /// Not installed; its configuration may stay.
        case absent
        /// Not installed, its configuration removed.
        case purged
    }

    public let packages: [String]
    public var state: Wanted
    /// Whether what the packages recommend is installed with them.
    public var recommends: Bool
    /// Before installing, lists older than this are fetched anew. `nil`, the default: only when there are none, or
    /// when they turn out to be outdated.
    public var listsValidity: Duration?
    /// For all that apt does, waiting for another package manager included.
    public var deadline: Duration

    public init(
        _ packages: [String],
        state: Wanted = .present,
        recommends: Bool = true,
        listsValidity: Duration? = nil,
        deadline: Duration = .seconds(1800)
    ) {
        self.packages = packages
        self.state = state
        self.recommends = recommends
        self.listsValidity = listsValidity
        self.deadline = deadline
    }

    public init(
        _ package: String,
        state: Wanted = .present,
        recommends: Bool = true,
        listsValidity: Duration? = nil,
        deadline: Duration = .seconds(1800)
    ) {
        self.init(
            [package],
            state: state,
            recommends: recommends,
            listsValidity: listsValidity,
            deadline: deadline
        )
    }

    public var name: String { packages.joined(separator: " ") }

    public var effects: [ResourceID] { [id] + packages.map { ResourceID(Package.self, $0) } }

    public func validate() throws {
        guard !packages.isEmpty else { throw ResourceError("a Package names no package") }
        for package in packages {
            // Debian policy §5.6.1, and an architecture. dpkg-query would take anything else as a pattern.
            let isName =
                package.wholeMatch(of: #/[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?/#) != nil
            guard isName else { throw ResourceError("«\(package)» is no name of a Debian package") }
        }
    }

    /// What is installed of `packages`, in their order.
    public struct Seen: Sendable {
        var installed: [PackageState]
        /// `nil` where apt knows no version, or was not asked.
        var candidates: [String?]
    }

    public var probe: Probe<Seen> {
        let installed: Probe<[PackageState]> = .all(packages.map { Probe(PackageObservation(package: $0)) })
        guard state == .latest else { return installed.map { Seen(installed: $0, candidates: []) } }
        let candidates: Probe<[String?]> = .all(
            packages.map { Probe(PackageCandidateObservation(package: $0)) }
        )
        return installed.and(candidates).map { Seen(installed: $0, candidates: $1) }
    }

    public func plan(from seen: Seen) -> Plan {
        var difference = Difference()
        var affected: [String] = []
        for (index, package) in packages.enumerated() {
            let installed = seen.installed[index]
            let wanted: String?
            switch state {
            case .present:
                if installed.isInstalled { continue }
                wanted = "installed"
            case .latest:
                let candidate = seen.candidates[index]
                if installed.isInstalled, candidate == nil || candidate == installed.version { continue }
                wanted = candidate ?? "installed"
            case .absent:
                if !installed.isInstalled, ["not-installed", "config-files"].contains(installed.status) {
                    continue
                }
                wanted = nil
            case .purged:
                if installed.isPurged { continue }
                wanted = nil
            }
            affected.append(package)
            difference.note(package, from: installed.shown, to: wanted)
        }
        if affected.isEmpty { return .unchanged }
        return .change([step(for: affected)], difference)
    }

    private func step(for affected: [String]) -> Step {
        let verb: String
        let body: String
        switch state {
        case .present, .latest:
            verb = "install"
            body = installing(affected)
        case .absent, .purged:
            verb = state == .purged ? "purge" : "remove"
            body = "patiently apt \(verb) -- \(affected.shellQuoted) || give_up"
        }
        return .script(
            "apt-get \(verb) \(affected.joined(separator: " "))",
            deadline: deadline,
            [AptScript.preamble, body, AptScript.epilogue()].joined(separator: "\n")
        ).asJob()
    }

    private func installing(_ affected: [String]) -> String {
        let install =
            "patiently apt install \(recommends ? "" : "--no-install-recommends ")-- \(affected.shellQuoted)"
        let isFresh = listsValidity.map {
            " && [ -n \"$(find /var/lib/apt/lists -maxdepth 0 -mmin -\(max(1, $0.components.seconds / 60)))\" ]"
        }
        return """
            lists_are_there\(isFresh ?? "") || refresh
            if ! \(install); then
              [ -z "$refreshed" ] || give_up
              grep -q 'Unable to locate package\\|no installation candidate\\|Failed to fetch\\|Unable to fetch' \\
                "$errors" || give_up
              echo "the package lists are outdated"
              refresh
              \(install) || give_up
            fi
            """
    }
}
