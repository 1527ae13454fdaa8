public import Provisioning

/// Whether a rule is in force and in the file of rules.
public struct FirewallObservation: Observation {
    let family: IPTablesRule.Family
    let table: IPTablesRule.Table
    let chain: String
    let specification: [String]
    /// In the file of rules.
    let line: String

    public static var deadline: Duration? { .seconds(30) }

    public static func script(for subjects: [FirewallObservation]) -> String {
        let checks = subjects.map { subject in
            let words = [subject.table.rawValue, "-C", subject.chain] + subject.specification
            return "look \(subject.family.rawValue) \(shellQuoted(subject.line)) -t \(words.shellQuoted)"
        }
        // iptables -C ends with 1 where there is no such rule, and with more where it does not understand it.
        return """
            rules=\(FirewallPersistence.rules)
            look() {
              tool=$1; line=$2; shift 2; kept=no
              if [ -r "$rules" ]; then
                while IFS= read -r have || [ -n "$have" ]; do
                  if [ "$have" = "$line" ]; then kept=yes; fi
                done <"$rules"
              fi
              if ! command -v "$tool" >/dev/null; then echo "$kept missing"; return; fi
              said=$("$tool" -w 10 "$@" 2>&1 >/dev/null); status=$?
              case $status in
                0) echo "$kept present" ;;
                1) echo "$kept absent" ;;
                *) echo "$kept refused" $said ;;
              esac
            }
            \(checks.joined(separator: "\n"))
            """
    }

    public static func answers(from output: ShellOutput, for subjects: [FirewallObservation]) throws
        -> [FirewallState]
    {
        try output.lines.map { line in
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count > 1 else { throw ObservationError("iptables answered «\(line)»") }
            let running: FirewallState.Running =
                switch words[1] {
                case "present": .present
                case "absent": .absent
                case "missing": .missingTool
                default: .refused(words.count > 2 ? String(words[2]) : "without a word")
                }
            return FirewallState(running: running, isPersisted: words[0] == "yes")
        }
    }
}

public struct FirewallState: Sendable, Equatable {
    public enum Running: Sendable, Equatable {
        case present, absent
        /// iptables is not installed.
        case missingTool
        /// iptables does not understand the rule, or may not look.
        case refused(String)
    }

    public var running: Running
    /// The file of rules has its line.
    public var isPersisted: Bool
}
