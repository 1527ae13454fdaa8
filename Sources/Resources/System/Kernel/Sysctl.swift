public import Provisioning

/// A kernel parameter's value, now and after every boot.
///
/// Each parameter has a file of its own, /etc/sysctl.d/99-zz-apus-KEY.conf, so that no two resources share one; it
/// is read after the files of the distribution and /etc/sysctl.conf.
public struct Sysctl: Resource {
    /// With dots, "net.ipv4.ip_forward", or slashes where a name has dots: "net/ipv4/conf/eth0.100/forwarding".
    public let key: String
    public let value: String

    public init(_ key: String, _ value: String) {
        self.key = key
        self.value = value.sysctlNormalised
    }

    public init(_ key: String, _ value: Int) { self.init(key, String(value)) }

    public var name: String { key }

    private var path: String { SysctlObservation.path(of: key) }

    /// A dot takes the place of a slash, as it does in file names of procps.
    var file: String { "/etc/sysctl.d/99-zz-apus-\(path.replacing("/", with: ".")).conf" }

    public func validate() throws {
        let isKey =
            path.wholeMatch(of: #/[A-Za-z0-9_.@:-]+(/[A-Za-z0-9_.@:-]+)+/#) != nil && !path.contains("..")
        guard isKey else { throw ResourceError("«\(key)» is no name of a kernel parameter") }
        guard !value.isEmpty else { throw ResourceError("Sysctl(\"\(key)\") has no value") }
        guard !value.utf8.contains(0) else {
            throw ResourceError("Sysctl(\"\(key)\"): a value has a NUL byte")
        }
    }

    public var probe: Probe<SysctlState> { Probe(SysctlObservation(key: key)) }

    public func plan(from state: SysctlState) -> Plan {
        guard let running = state.running else {
            return .unknown("the kernel has no parameter \(key) yet; is the module loaded that brings it?")
        }
        let own = state.settings.last { $0.file == file }
        let desired = SysctlState.Setting(file: file, path: path, value: value)
        let boot = SysctlState.effectiveOrder(state.settings.filter { $0.file != file } + [desired])
        if let last = boot.last, last.file != file, last.value != value {
            return .unknown(
                "\(last.file) sets \(key) to \(last.value) at boot, and is read after \(file); remove that line"
            )
        }
        var difference = Difference()
        var steps: [Step] = []
        if own?.value != value {
            difference.note("at boot", from: state.settings.last?.value, to: value)
            let attributes = FileAttributes(mode: 0o644, owner: "root", group: "root")
            let key = path.contains(".") ? path : path.replacing("/", with: ".")
            let line = "\(key) = \(value)\n"
            let replacement = AtomicReplacement(path: file, attributes: attributes)
            steps.append(
                .script(
                    "write \(file)",
                    "mkdir -p /etc/sysctl.d\n"
                        + replacement.script(writing: "printf %s \(shellQuoted(line))")
                )
            )
        }
        if running != value {
            difference.note("now", from: running, to: value)
            steps.append(
                .script(
                    "set \(key)",
                    "printf '%s\\n' \(shellQuoted(value)) >\(shellQuoted("/proc/sys/" + path))"
                )
            )
        }
        return steps.isEmpty ? .unchanged : .change(steps, difference)
    }
}
