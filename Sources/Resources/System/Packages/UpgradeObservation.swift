public import Provisioning

/// What an upgrade would do with the package lists as they are, and how old those are.
public struct UpgradeObservation: Observation {
    public let kind: PackageUpgrade.Kind
    /// Lists older than this are stale, and what they offer is not asked. In seconds.
    public let validity: Int

    static func memo(_ kind: PackageUpgrade.Kind) -> String {
        "\(AptScript.memoFolder)/nothing-to-\(kind.rawValue)"
    }

    public static func script(for subjects: [UpgradeObservation]) -> String {
        let looks = subjects.map { subject in
            """
            echo "look \(subject.kind.rawValue)"
            if [ "$age" = none ] || [ "$age" -gt \(subject.validity) ]; then echo stale
            elif [ -r \(memo(subject.kind)) ] && [ "$(cat \(memo(subject.kind)))" = "$now" ]; then :
            else left=$(simulate \(subject.kind.rawValue)) || exit; printf '%s\\n' "$left"; fi
            """
        }
        return """
            command -v apt-get >/dev/null || { echo "apt-get is not there" >&2; exit 1; }
            \(AptScript.fingerprint)
            \(AptScript.simulate)
            \(AptScript.interrupted)
            set -- /var/lib/apt/lists/*Release
            age=none
            [ ! -e "$1" ] || age=$(($(date +%s) - $(stat -c %Y /var/lib/apt/lists))) || exit
            echo "age $age"
            if interrupted; then echo interrupted; exit 0; fi
            now=$(fingerprint)
            \(looks.joined(separator: "\n"))
            """
    }

    public static func answers(from output: ShellOutput, for subjects: [UpgradeObservation]) throws
        -> [UpgradeState]
    {
        var age: Int?
        var states: [UpgradeState] = []
        for line in output.lines {
            let words = line.split(separator: " ")
            switch words.first {
            case "age": age = words.last.flatMap { Int($0) }
            case "interrupted":
                return subjects.map { _ in UpgradeState(listsAge: age, isStale: false, isInterrupted: true) }
            case "look": states.append(UpgradeState(listsAge: age))
            case "stale" where !states.isEmpty: states[states.count - 1].isStale = true
            case "Inst" where words.count > 2 && !states.isEmpty:
                states[states.count - 1].upgrades.append(UpgradeState.Upgrade(simulated: words))
            default: break
            }
        }
        guard states.count == subjects.count else {
            throw ObservationError("apt-get answered «\(output.text.prefix(200))»")
        }
        return states
    }
}

public struct UpgradeState: Sendable, Equatable {
    /// In seconds; `nil` where there are no lists.
    public var listsAge: Int?
    public var isStale = false
    /// dpkg was ended in the middle of its work.
    public var isInterrupted = false
    public var upgrades: [Upgrade] = []

    public struct Upgrade: Sendable, Equatable {
        public var package: String
        /// `nil` where the upgrade brings a new package.
        public var from: String?
        public var to: String

        /// Of a line such as `Inst bash [5.2-1] (5.2-2 Debian:12/stable [amd64])`.
        init(simulated words: [Substring]) {
            package = String(words[1])
            let bracketed = words[2].hasPrefix("[")
            from = bracketed ? words[2].trimmingPrefix("[").split(separator: "]").first.map(String.init) : nil
            to = words.dropFirst(2).first { $0.hasPrefix("(") }.map { String($0.dropFirst()) } ?? "newer"
        }
    }
}
