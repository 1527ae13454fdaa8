public import Provisioning

/// A kernel parameter: its value now, and every file that sets it at boot. One `grep` for all parameters of a host.
public struct SysctlObservation: Observation {
    /// With slashes, as under /proc/sys: "net/ipv4/ip_forward".
    public let path: String

    public init(key: String) { path = Self.path(of: key) }

    /// sysctl.d(5): when the first separator is a slash, slashes separate and dots are part of names, as in
    /// `net/ipv4/conf/eth0.100/forwarding`; else it is the other way round.
    static func path(of key: String) -> String {
        guard let first = key.first(where: { $0 == "." || $0 == "/" }), first == "." else { return key }
        return String(key.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
    }

    /// Where systemd-sysctl looks, the more important first.
    static let folders = [
        "/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d",
    ]

    public static func script(for subjects: [SysctlObservation]) -> String {
        // grep and not the shell's read: that reads single bytes, and many of these files show their value only to
        // whoever reads it at once. Without systemd, procps reads /etc/sysctl.conf after all others.
        """
        grep -Hsm1 '' \(subjects.map { root + $0.path }.shellQuoted) || [ $? -le 2 ] || exit
        set -- \(folders.map { $0 + "/*.conf" }.joined(separator: " "))
        [ -d /run/systemd/system ] || set -- "$@" /etc/sysctl.conf
        grep -Hs '^[^#;]*=' "$@" || [ $? -le 2 ]
        """
    }

    private static let root = "/proc/sys/"

    public static func answers(from output: ShellOutput, for subjects: [SysctlObservation]) throws
        -> [SysctlState]
    {
        var running: [Substring: String] = [:]
        var settings: [SysctlState.Setting] = []
        for line in output.lines {
            if line.hasPrefix(root) {
                let parts = line.dropFirst(root.count).split(
                    separator: ":",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                )
                guard parts.count == 2 else { throw ObservationError("/proc/sys answered «\(line)»") }
                running[parts[0]] = parts[1].sysctlNormalised
            } else if let setting = SysctlState.Setting(line) {
                settings.append(setting)
            }
        }
        return subjects.map { subject in
            SysctlState(
                running: running[subject.path[...]],
                settings: SysctlState.effectiveOrder(settings.filter { $0.path == subject.path })
            )
        }
    }
}

public struct SysctlState: Sendable, Equatable {
    /// `nil` where the kernel has no such parameter.
    public var running: String?
    /// In the order in which they are applied at boot: the last one wins.
    public var settings: [Setting]

    public struct Setting: Sendable, Equatable {
        public var file: String
        /// Of the parameter, with slashes.
        public var path: String
        public var value: String

        public init(file: String, path: String, value: String) {
            self.file = file
            self.path = path
            self.value = value
        }

        /// Of a line of `grep -H`: "/etc/sysctl.d/10-a.conf:-net.ipv4.ip_forward = 1".
        init?(_ line: Substring) {
            guard let colon = line.firstIndex(of: ":"), let equal = line[colon...].firstIndex(of: "=") else {
                return nil
            }
            let key = line[line.index(after: colon)..<equal].sysctlNormalised
            file = String(line[..<colon])
            // A leading minus says that a failure does not matter.
            path = SysctlObservation.path(of: key.hasPrefix("-") ? String(key.dropFirst()) : key)
            value = line[line.index(after: equal)...].sysctlNormalised
        }
    }

    /// sysctl.d(5): by file name whatever the folder; a file hides those of the same name in lesser folders.
    static func effectiveOrder(_ settings: [Setting]) -> [Setting] {
        func rank(_ setting: Setting) -> Int {
            SysctlObservation.folders.firstIndex { setting.file.hasPrefix($0 + "/") } ?? Int.max
        }
        func base(_ setting: Setting) -> Substring { setting.file.split(separator: "/").last ?? "" }
        let best = Dictionary(settings.map { (base($0), rank($0)) }, uniquingKeysWith: min)
        let visible = settings.filter { rank($0) == best[base($0)] }
        // /etc/sysctl.conf itself comes last; the sort is stable, so that a file's own order stays.
        return visible.enumerated().sorted { one, other in
            let last = (rank(one.element) == Int.max, rank(other.element) == Int.max)
            if last.0 != last.1 { return last.1 }
            let names = (base(one.element), base(other.element))
            if names.0 != names.1 { return names.0.utf8.lexicographicallyPrecedes(names.1.utf8) }
            return one.offset < other.offset
        }.map(\.element)
    }
}

extension StringProtocol {
    /// Its words with one space between them: the kernel writes tabs where people write spaces.
    var sysctlNormalised: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
