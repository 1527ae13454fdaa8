public import Provisioning

/// Whether a package is installed: one `dpkg-query` for all packages of a host.
public struct PackageObservation: Observation {
    /// As dpkg writes it, with or without `:architecture`.
    public let package: String

    public init(package: String) { self.package = package }

    public static func script(for subjects: [PackageObservation]) -> String {
        // dpkg-query ends with 1 where it does not know one of the packages, which is an answer; 2 is a failure.
        """
        command -v dpkg-query >/dev/null || { echo "dpkg is not there: Package needs Debian or its kin" >&2; exit 1; }
        dpkg-query -W -f '${Package}\\t${Architecture}\\t${db:Status-Status}\\t${Version}\\n' \\
          -- \(subjects.map(\.package).shellQuoted) 2>/dev/null || [ $? = 1 ]
        """
    }

    public static func answers(from output: ShellOutput, for subjects: [PackageObservation]) throws
        -> [PackageState]
    {
        var states: [Substring: PackageState] = [:]
        for line in output.lines {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 4 else { throw ObservationError("dpkg-query answered «\(line)»") }
            let state = PackageState(status: fields[2], version: fields[3])
            states[fields[0] + ":" + fields[1]] = state
            // Of several architectures, the one that is installed counts.
            if states[fields[0]]?.isInstalled != true { states[fields[0]] = state }
        }
        return subjects.map { states[$0.package[...]] ?? .unknownToDpkg }
    }
}

/// What dpkg says of a package.
public struct PackageState: Sendable, Hashable {
    /// `db:Status-Status`: "installed", "config-files", "half-configured", … or "not-installed".
    public var status: String
    /// Empty where nothing of it is there.
    public var version: String

    static let unknownToDpkg = PackageState(status: "not-installed", version: "")

    init(status: some StringProtocol, version: some StringProtocol) {
        self.status = String(status)
        self.version = String(version)
    }

    public var isInstalled: Bool { status == "installed" || status.hasPrefix("triggers-") }
    /// Nothing of it is left, not even its configuration.
    public var isPurged: Bool { status == "not-installed" }

    /// For people: `nil` where it is not installed.
    var shown: String? {
        if isInstalled { return version }
        return isPurged ? nil : "\(status) \(version)"
    }
}

/// The version that apt would install: one `apt-cache policy` for all packages that ask.
public struct PackageCandidateObservation: Observation {
    public let package: String

    public static func script(for subjects: [PackageCandidateObservation]) -> String {
        AptScript.simulate + "\ncached apt-cache policy -- " + subjects.map(\.package).shellQuoted
    }

    public static func answers(from output: ShellOutput, for subjects: [PackageCandidateObservation]) throws
        -> [String?]
    {
        var candidates: [String: String] = [:]
        var package = ""
        for line in output.lines {
            if line.first?.isWhitespace == false, line.last == ":" {
                package = String(line.dropLast())
            } else if let text = line.firstRange(of: "Candidate: ") {
                let version = line[text.upperBound...]
                candidates[package] = version == "(none)" ? nil : String(version)
            }
        }
        return subjects.map { candidates[$0.package] }
    }
}
