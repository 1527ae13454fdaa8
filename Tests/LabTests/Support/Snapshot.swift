/// A node's file systems and settings at one moment, as lines that compare.
struct Snapshot: Sendable, Equatable {
    /// What a login writes, and what a node that nobody touches writes by itself. Paths; `*` is any text.
    static let traces = [
        // A login: who is on, who was; the message of the day; sudo's and logind's books; the journal of it all.
        "/run/utmp", "/var/log/wtmp", "/var/log/lastlog", "/var/log/btmp", "/run/motd.dynamic*", "/run",
        "/run/sudo*", "/var/lib/sudo*", "/run/user*", "/run/systemd/sessions*", "/run/systemd/users*",
        "/run/systemd/seats*", "/run/systemd/inhibit*", "/run/systemd/transient*", "/run/systemd/units*",
        "/run/systemd", "/run/systemd/journal*", "/run/log/journal*", "/var/log/journal*",
        // The node's own life: what containers log, what dockerd and containerd keep of running ones, timers.
        "*-json.log", "/run/docker*", "/run/containerd*", "/var/lib/systemd/timers*", "/run/systemd/timers*",
        "/var/lib/docker/network/files*", "/var/lib/docker/buildkit*",
    ]

    /// Values under /proc/sys that count or measure, and set nothing.
    static let measurements = [
        "kernel/random/", "kernel/ns_last_pid", "kernel/pty/nr", "kernel/perf_event_max_sample_rate",
        "fs/dentry-state", "fs/file-nr", "fs/inode-nr", "fs/inode-state", "fs/aio-nr", "fs/quota/",
        "net/netfilter/nf_conntrack_count",
    ]

    let lines: Set<String>

    static func take(of node: Node) async throws -> Snapshot {
        Snapshot(lines: Set(try await node.root(script).split(separator: "\n").map(String.init)))
    }

    static func takeOfAll() async throws -> [Node: Snapshot] { try await onEach { try await take(of: $0) } }

    /// "- line" for what is gone, "+ line" for what is new.
    func changes(since before: Snapshot) -> [String] {
        before.lines.subtracting(lines).sorted().map { "- " + $0 }
            + lines.subtracting(before.lines).sorted().map { "+ " + $0 }
    }

    /// Access times are left out: reading is no change.
    private static var script: String {
        let pruned = (["/proc", "/sys", "/dev"] + traces).map { "-path '\($0)'" }.joined(separator: " -o ")
        let ignored = measurements.map { "-e '^/proc/sys/\($0)'" }.joined(separator: " ")
        return #"""
            export LC_ALL=C
            cd /
            # A folder of the list is not shown, and yet what is in it and not listed is.
            find / /run $([ ! -d /var/lib/docker ] || echo /var/lib/docker) -xdev \
              \( -path /proc -o -path /sys -o -path /dev \) -prune -o \( \#(pruned) \) -o \
              -printf 'file %p type %y mode %m owner %U:%G size %s written %T@ changed %C@ link %l\n'
            # Write-only values cannot be read, and reading says nothing of them.
            grep -rs '' /proc/sys | grep -v \#(ignored) | sed 's/^/setting /'
            for save in iptables-save ip6tables-save; do
              $save | sed -e '/^#/d' -e 's/ \[[0-9]*:[0-9]*\]//' | sed "s/^/$save /"
            done
            dpkg-query -W -f 'package ${Package} ${Version} ${Status}\n'
            systemctl list-unit-files --no-legend --no-pager --plain | sed 's/^/unit file /'
            systemctl list-units --all --no-legend --no-pager --plain |
              awk '$1 !~ /^(session-.*\.scope|user@.*|user-.*|run-.*|sys-.*)$/ { print "unit", $1, $2, $3, $4 }'
            ip -o address | sed -e 's/^/address /' -e 's/valid_lft.*//'
            ip route show table all | sed 's/^/route /'
            """#
    }
}
