public import Apus
public import KeepalivedConfiguration
public import VRRPCluster

/// Runs the bundled VRRP agent, so that one of the hosts always holds the virtual address.
public struct VRRPAgent: Role, RouterRole {
    public static let name = "vrrp"

    private let source: Source
    private let usesIPVS: Bool
    private let architecture: @Sendable () throws -> Facts.Architecture

    private enum Source: Sendable {
        case parameters(RouterParameters)
        case file(KeepalivedFile)
    }

    /// One virtual router with one address.
    ///
    /// - Parameters:
    ///   - virtualAddress: with or without a prefix length: "10.42.0.240", "10.42.0.240/24".
    ///   - priority: 1 to 254; the highest that is well holds the address.
    ///   - virtualRouterID: the same on all hosts of one virtual address, and only there.
    ///   - password: at most 8 bytes, sent in the clear: it keeps out mistakes, not attackers.
    ///   - architecture: of the host; decides which build of the agent it gets.
    public init(
        virtualAddress: String,
        priority: UInt8,
        interface: String = "eth0",
        virtualRouterID: UInt8 = 51,
        advertisementInterval: Duration = .seconds(1),
        password: Secret? = nil,
        tracking: [Tracking] = [],
        architecture: @autoclosure @escaping @Sendable () throws -> Facts.Architecture
    ) {
        let parameters = RouterParameters(
            virtualAddress: virtualAddress,
            priority: priority,
            interface: interface,
            virtualRouterID: virtualRouterID,
            advertisementInterval: advertisementInterval,
            password: password,
            tracking: tracking
        )
        source = .parameters(parameters)
        // It has no virtual servers.
        usesIPVS = true
        self.architecture = architecture
    }

    /// What a ready-made keepalived.conf says.
    ///
    /// It becomes /etc/keepalived/keepalived.conf, with what it includes in its place, so that it is checked and
    /// replaced as one. Programs that it runs in that folder are uploaded from beside it.
    ///
    /// - Parameters:
    ///   - configurationFile: a path on this machine.
    ///   - usesIPVS: whether virtual servers that nf_tables can do too are left to ip_vs where the kernel has it.
    ///   - architecture: of the host; decides which build of the agent it gets.
    public init(
        configurationFile: String,
        usesIPVS: Bool = true,
        architecture: @autoclosure @escaping @Sendable () throws -> Facts.Architecture
    ) {
        source = .file(KeepalivedFile(configurationFile))
        self.usesIPVS = usesIPVS
        self.architecture = architecture
    }

    public var configuration: Configuration {
        get throws {
            switch source {
            case .parameters(let parameters): return try parameters.configuration
            case .file(let file):
                // A program that is missing beside it is wrong with it too.
                _ = try file.companions
                return try file.configuration()
            }
        }
    }

    public var tasks: [Play.Task] {
        get throws {
            let started = ResourceID(Service.self, Self.unit)
            let restart = Handler("Restart the VRRP agent", supersededBy: [started]) {
                ServiceRestart(Self.unit)
            }
            // A configuration that was checked, and is refused all the same, needs rights that the agent has given up.
            let reload = Handler("Reload the VRRP agent", supersededBy: [started]) {
                ServiceReload(Self.unit, restartsIfRefused: true)
            }
            // What the agent runs as once it is started.
            User(Self.user, comment: "VRRP agent", system: true).named("Make its user")
            File(Self.program, source: try AgentBinary.path(for: try architecture()), mode: 0o755)
                .named("Upload the VRRP agent")
                .notify(restart)
            Directory(folder, mode: 0o755, owner: "root", group: "root").named("Make its folder")
            try companions
            try configurationFile
                .validated(by: ["\(Self.program)", "--check", "-f", .candidate])
                .named("Configure the VRRP agent")
                .notify(reload)
            SystemdUnit(Self.unit, contents: unitFile).named("Install its unit").notify(restart)
            Service(Self.unit, running: true, enabled: true).named("Start the VRRP agent")
        }
    }

    private var folder: String {
        switch source {
        case .parameters: "/etc/apus-vrrpd"
        case .file: KeepalivedFile.folder
        }
    }

    private var configurationPath: String { folder + "/keepalived.conf" }

    /// The programs that a ready-made file runs, there before it.
    @TaskBuilder private var companions: [Play.Task] {
        get throws {
            if case .file(let file) = source {
                let companions = try file.companions
                for folder in Set(companions.map(\.folder)).subtracting([folder]).sorted() {
                    Directory(folder, mode: 0o755, owner: "root", group: "root")
                }
                for companion in companions {
                    File(
                        companion.path,
                        source: companion.source,
                        mode: companion.isProgram ? 0o755 : 0o644,
                        owner: "root",
                        group: "root"
                    )
                    .named("Upload \(companion.path)")
                }
            }
        }
    }

    private var configurationFile: File {
        get throws {
            let configuration = try configuration
            let text =
                switch source {
                case .parameters:
                    "# Written by Apus; changes here are undone by its next run.\n" + configuration.rendered()
                case .file(let file): try file.text
                }
            // Readable for the agent's own user, for reloads.
            let (path, owner, mode) = (configurationPath, "root", 0o640 as FileMode)
            guard configuration.instances.contains(where: \.hasPassword) else {
                return File(path, contents: text, mode: mode, owner: owner, group: Self.user)
            }
            return File(path, contents: Secret(text), mode: mode, owner: owner, group: Self.user)
        }
    }

    private static let user = "apus-vrrpd"
    static let unit = "apus-vrrpd.service"
    static let program = "/usr/local/sbin/apus-vrrpd"

    var unitFile: String {
        """
        [Unit]
        Description=VRRP agent of Apus
        Documentation=man:keepalived.conf(5)
        After=network.target

        [Service]
        Type=notify
        ExecStartPre=\(Self.program) --check -f \(configurationPath)
        ExecStart=\(Self.program) \(usesIPVS ? "" : "--no-ipvs ")-f \(configurationPath)
        ExecReload=\(Self.program) reload
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
}

extension Instance {
    fileprivate var hasPassword: Bool {
        if case .pass = authentication { true } else { false }
    }
}

extension KeepalivedFile.Companion {
    fileprivate var folder: String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
}
