/// What a host says of itself.
public struct Facts: Sendable, Hashable, Codable {
    public enum Architecture: String, Sendable, Hashable, Codable {
        case x86_64, aarch64, armv7l, armv6l, riscv64
    }

    /// As `uname -m` says it.
    public var machine: String
    public var kernel: String
    public var hostName: String
    /// `ID` of os-release: "debian", "ubuntu"; empty where there is none.
    public var distribution: String
    /// `VERSION_CODENAME` of os-release: "bookworm".
    public var codename: String
    public var version: String
    public var processors: Int
    /// In bytes.
    public var memory: Int
    /// Of the default route; empty where there is none.
    public var defaultInterface: String
    /// IPv4 addresses by interface, without their prefix lengths.
    public var addresses: [String: [String]]
    /// Changes with every boot.
    public var bootID: String
    public var runsSystemd: Bool

    public var architecture: Architecture? { Architecture(rawValue: machine) }

    /// - Throws: where the machine is none that Apus has programs for.
    public var supportedArchitecture: Architecture {
        get throws {
            guard let architecture else {
                throw ObservationError(
                    "the host is a «\(machine)»; there is no support for that architecture"
                )
            }
            return architecture
        }
    }
}

struct FactsObservation: Observation {
    static func script(for subjects: [FactsObservation]) -> String {
        """
        echo "machine $(uname -m)"
        say() { [ ! -r "$2" ] || { IFS= read -r line <"$2" || :; echo "$1 $line"; }; }
        say kernel /proc/sys/kernel/osrelease
        say hostName /proc/sys/kernel/hostname
        say bootID /proc/sys/kernel/random/boot_id
        say memory /proc/meminfo
        if [ -r /etc/os-release ]; then
          ( . /etc/os-release; echo "distribution $ID"; echo "version $VERSION_ID"; echo "codename $VERSION_CODENAME" )
        fi
        n=0; while read -r key _; do [ "$key" != processor ] || n=$((n+1)); done </proc/cpuinfo; echo "processors $n"
        [ ! -d /run/systemd/system ] || echo "systemd yes"
        command -v ip >/dev/null || exit 0
        ip -4 route show default | while read -r line; do echo "route $line"; done
        ip -4 -o address show | while read -r line; do echo "address $line"; done
        """
    }

    static func answers(from output: ShellOutput, for subjects: [FactsObservation]) throws -> [Facts] {
        var values: [Substring: String] = [:]
        var addresses: [String: [String]] = [:]
        var interface = ""
        for line in output.lines {
            let words = line.split(separator: " ")
            guard let key = words.first else { continue }
            switch key {
            case "route":
                if interface.isEmpty, let index = words.firstIndex(of: "dev"), index + 1 < words.count {
                    interface = String(words[index + 1])
                }
            case "address":
                guard words.count > 4, let address = words[4].split(separator: "/").first else { continue }
                addresses[String(words[2]), default: []].append(String(address))
            default:
                values[key] = line.dropFirst(key.count).trimmed
            }
        }
        guard let machine = values["machine"], !machine.isEmpty else {
            throw ObservationError("the host did not say what machine it is")
        }
        let memory = values["memory"]?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let facts = Facts(
            machine: machine,
            kernel: values["kernel"] ?? "",
            hostName: values["hostName"] ?? "",
            distribution: values["distribution"] ?? "",
            codename: values["codename"] ?? "",
            version: values["version"] ?? "",
            processors: max(1, values["processors"].flatMap { Int($0) } ?? 1),
            memory: memory * 1024,
            defaultInterface: interface,
            addresses: addresses,
            bootID: values["bootID"] ?? "",
            runsSystemd: values["systemd"] == "yes"
        )
        return subjects.map { _ in facts }
    }
}
