public import Apus
import KeepalivedConfiguration

/// Runs the bundled VRRP agent, so that one of the hosts always holds the virtual address.
public struct VRRPAgent: Role {
    public static let name = "vrrp"

    /// IPv4, with or without a prefix length: "10.42.0.240", "10.42.0.240/24".
    public var virtualAddress: String
    /// 1 to 254; the highest that is well holds the address.
    public var priority: UInt8
    public var interface: String
    /// The same on all hosts of one virtual address, and only there.
    public var virtualRouterID: UInt8
    public var advertisementInterval: Duration
    /// At most 8 bytes, sent in the clear: it keeps out mistakes, not attackers.
    public var password: Secret?
    public var tracking: [Tracking]
    /// Of the host; decides which build of the agent it gets.
    public var architecture: Facts.Architecture

    /// What a host must have to be worth its priority.
    public struct Tracking: Sendable, Hashable {
        enum Kind: Hashable {
            case process
            case command([String], every: Duration)
        }

        let name: String
        let weight: Int
        let kind: Kind

        /// A process of that name runs; `weight` is added to the priority while it does. The agent learns of its end
        /// at once.
        ///
        /// - Parameter name: the program's file name, as `ps -C` takes it.
        public static func process(_ name: String, weight: Int) -> Tracking {
            Tracking(name: name, weight: weight, kind: .process)
        }

        /// A command that ends with status 0. No shell expands it.
        public static func command(
            _ name: String,
            _ command: [String],
            weight: Int,
            every interval: Duration = .seconds(2)
        ) -> Tracking {
            Tracking(name: name, weight: weight, kind: .command(command, every: interval))
        }

        var script: Script? {
            guard case .command(let command, let interval) = kind else { return nil }
            return Script(name: name, command: command, interval: interval, weight: weight)
        }

        var process: WatchedProcess? {
            guard case .process = kind else { return nil }
            return WatchedProcess(name: name, process: name, weight: weight)
        }
    }

    public init(
        virtualAddress: String,
        priority: UInt8,
        interface: String = "eth0",
        virtualRouterID: UInt8 = 51,
        advertisementInterval: Duration = .seconds(1),
        password: Secret? = nil,
        tracking: [Tracking] = [],
        architecture: Facts.Architecture
    ) {
        self.virtualAddress = virtualAddress
        self.priority = priority
        self.interface = interface
        self.virtualRouterID = virtualRouterID
        self.advertisementInterval = advertisementInterval
        self.password = password
        self.tracking = tracking
        self.architecture = architecture
    }

    public var tasks: [Play.Task] {
        get throws {
            let started = ResourceID(Service.self, Self.unit)
            let restart = Handler("Restart the VRRP agent", supersededBy: [started]) {
                ServiceRestart(Self.unit)
            }
            // A configuration that was checked, and is refused all the same, needs rights that the agent has given up.
            let reload = Handler("Reload the VRRP agent", supersededBy: [started]) {
                Command.shell("systemctl reload \(Self.unit) || systemctl try-restart \(Self.unit)")
            }
            // What the agent runs as once it is started.
            User(Self.user, comment: "VRRP agent", system: true).named("Make its user")
            File(Self.program, source: try AgentBinary.path(for: architecture), mode: 0o755)
                .named("Upload the VRRP agent")
                .notify(restart)
            Directory("/etc/apus-vrrpd", mode: 0o755, owner: "root", group: "root").named("Make its folder")
            configurationFile(try configuration)
                .validated(by: ["\(Self.program)", "--check", "-f", .candidate])
                .named("Configure the VRRP agent")
                .notify(reload)
            SystemdUnit(Self.unit, contents: Self.unitFile).named("Install its unit").notify(restart)
            Service(Self.unit, running: true, enabled: true).named("Start the VRRP agent")
        }
    }

    private func configurationFile(_ text: String) -> File {
        let (path, owner) = (Self.configurationPath, "root")
        // Readable for the agent's own user, for reloads.
        guard password != nil else {
            return File(path, contents: text, mode: 0o640, owner: owner, group: Self.user)
        }
        return File(path, contents: Secret(text), mode: 0o640, owner: owner, group: Self.user)
    }

    /// Checked by the rules that the agent itself has.
    ///
    /// - Throws: what is wrong with the parameters.
    var configuration: String {
        get throws {
            let words = virtualAddress.split(separator: "/", maxSplits: 1)
            guard let text = words.first, let address = Address(String(text)),
                words.count == 1 || UInt8(words[1]) != nil
            else {
                throw VRRPAgentError(
                    "«\(virtualAddress)» is not an IP address, with or without a prefix length"
                )
            }
            var authentication = Instance.Authentication.none
            if let password {
                guard password.revealed.utf8.count <= 8, let pass = Password(password.revealed) else {
                    throw VRRPAgentError("the VRRP password must have 1 to 8 bytes (RFC 2338 §5.3.10)")
                }
                authentication = .pass(pass)
            }
            let scripts = tracking.compactMap(\.script)
            let processes = tracking.compactMap(\.process)
            let instance = Instance(
                name: "virtual_address",
                interface: interface,
                virtualRouterID: virtualRouterID,
                priority: priority,
                advertisementInterval: advertisementInterval,
                authentication: authentication,
                virtualAddresses: [
                    VirtualAddress(address, prefixLength: words.count == 2 ? UInt8(words[1]) : nil)
                ],
                trackedScripts: scripts.map { Tracked($0.name) },
                trackedProcesses: processes.map { Tracked($0.name) }
            )
            let globals = Globals(scriptUser: scripts.isEmpty ? nil : ScriptUser(user: "root"))
            let configuration = try Configuration(
                globals: globals,
                scripts: scripts,
                processes: processes,
                instances: [instance]
            )
            return "# Written by Apus; changes here are undone by its next run.\n"
                + configuration.rendered()
        }
    }

    private static let user = "apus-vrrpd"
    static let unit = "apus-vrrpd.service"
    static let program = "/usr/local/sbin/apus-vrrpd"
    private static let configurationPath = "/etc/apus-vrrpd/keepalived.conf"

    private static let unitFile = """
        [Unit]
        Description=VRRP agent of Apus
        Documentation=man:keepalived.conf(5)
        After=network.target

        [Service]
        Type=notify
        ExecStartPre=\(program) --check -f \(configurationPath)
        ExecStart=\(program) -f \(configurationPath)
        ExecReload=\(program) reload
        Restart=always
        RestartSec=1
        WatchdogSec=10
        # The agent itself gives up all rights but those for addresses and raw packets. This holds for the programs
        # that it starts too, so it forbids nothing that a check may want.
        ProtectSystem=strict
        ProtectHome=yes
        PrivateTmp=yes
        ProtectControlGroups=yes
        ProtectKernelModules=yes
        ProtectKernelLogs=yes
        LockPersonality=yes

        [Install]
        WantedBy=multi-user.target

        """
}

/// What is wrong with a role's parameters.
struct VRRPAgentError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
