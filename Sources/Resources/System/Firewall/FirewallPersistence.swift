import Provisioning

/// How rules outlive a reboot: a file of rules, a script that adds what is missing, and a unit that runs it at boot.
enum FirewallPersistence {
    static let rules = "/etc/apus/iptables.rules"

    /// `iptables filter -A INPUT -p vrrp -j ACCEPT`, quoted for `sh` where a word needs it.
    static func line(of rule: IPTablesRule) -> String {
        ([rule.family.rawValue, rule.table.rawValue, rule.position.rawValue, rule.chain] + rule.specification)
            .shellQuoted
    }

    static let loader = File(
        "/etc/apus/iptables-load",
        contents: """
            #!/bin/sh
            # Written by Apus. Adds the rules of \(rules) that are not in force.
            add() {
              tool=$1; table=$2; verb=$3; chain=$4; shift 4
              "$tool" -w 30 -t "$table" -C "$chain" "$@" 2>/dev/null && return
              # A chain that another program makes later, such as DOCKER-USER; that program finds it and keeps it.
              "$tool" -w 30 -t "$table" -n -L "$chain" >/dev/null 2>&1 || "$tool" -w 30 -t "$table" -N "$chain"
              "$tool" -w 30 -t "$table" "$verb" "$chain" "$@" || failed="$failed
              $tool -t $table $verb $chain $*"
            }
            failed=
            while IFS= read -r line || [ -n "$line" ]; do
              case $line in '' | '#'*) continue ;; esac
              eval "add $line" </dev/null
            done <\(rules)
            [ -z "$failed" ] || { echo "not added:$failed" >&2; exit 1; }

            """,
        mode: 0o755,
        owner: "root",
        group: "root"
    )

    static let unit = SystemdUnit(
        "apus-iptables.service",
        contents: """
            [Unit]
            Description=Packet filter rules managed by Apus
            Documentation=file:\(rules)
            DefaultDependencies=no
            ConditionPathExists=\(rules)
            After=local-fs.target systemd-modules-load.service netfilter-persistent.service nftables.service
            Before=network-pre.target shutdown.target
            Wants=network-pre.target
            Conflicts=shutdown.target

            [Service]
            Type=oneshot
            RemainAfterExit=yes
            ExecStart=/etc/apus/iptables-load
            TimeoutStartSec=120

            [Install]
            WantedBy=multi-user.target

            """
    )

    /// Loader and unit; the unit is enabled, and runs only at boot.
    static func plan(loader: FileState?, unit: (FileState?, UnitState)) -> Plan {
        var steps: [Step] = []
        var difference = Difference()
        for plan in [Self.loader.plan(from: loader), Self.unit.plan(from: unit)] {
            switch plan {
            case .unchanged: break
            case .unknown(let why): return .unknown(why)
            case .change(let change):
                steps += change.steps
                difference.entries += change.difference.entries
            }
        }
        if loader == nil { steps.insert(.script("make /etc/apus", "mkdir -p /etc/apus"), at: 0) }
        if !unit.1.isEnabled {
            difference.note("\(Self.unit.unit) enabled", from: "no", to: "yes")
            steps.append(.run(["systemctl", "enable", "--", Self.unit.unit], deadline: .seconds(60)))
        }
        return steps.isEmpty ? .unchanged : .change(steps, difference)
    }

    static func adding(_ line: String) -> Step {
        .script(
            "add a line to \(rules)",
            "mkdir -p /etc/apus\n" + rewriting("grep '' || [ $? = 1 ]; printf '%s\\n' \(shellQuoted(line))")
        )
    }

    static func removing(_ line: String) -> Step {
        .script("remove a line from \(rules)", rewriting("grep -Fxv -e \(shellQuoted(line)) || [ $? = 1 ]"))
    }

    /// - Parameter filter: reads the present lines and writes those that are to be.
    private static func rewriting(_ filter: String) -> String {
        let attributes = FileAttributes(mode: 0o644, owner: "root", group: "root")
        return AtomicReplacement(path: rules, attributes: attributes).script(
            writing: "{ { [ ! -f \(rules) ] || cat \(rules); } | { \(filter); }; }"
        )
    }
}
