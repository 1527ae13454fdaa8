// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "apus",
    products: [
        .executable(name: "apus", targets: ["ApusCLI"]),
        .executable(name: "apus-vrrpd", targets: ["apus-vrrpd"]),
        .library(name: "Apus", targets: ["Apus"]),
        .library(name: "ApusTesting", targets: ["ApusTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/stencilproject/Stencil", from: "0.15.1"),
        .package(url: "https://github.com/onevcat/Rainbow", from: "4.2.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // C libraries of the system, and the shim of system calls.
        .systemLibrary(name: "CLibSSH2", pkgConfig: "libssh2", providers: [.apt(["libssh2-1-dev"])]),
        .target(name: "CLibCrypto"),
        .target(name: "CLinux"),

        // The controller.
        .target(name: "SSH", dependencies: ["CLibSSH2", "CLibCrypto", "CLinux"]),
        .target(name: "HostInventory", dependencies: [.product(name: "Yams", package: "Yams")]),
        .target(name: "Provisioning", dependencies: ["HostInventory", "CLibCrypto"]),
        .target(name: "Vault", dependencies: ["HostInventory", "CLibCrypto"]),
        .target(
            name: "Resources",
            dependencies: ["Provisioning", "HostInventory", .product(name: "Stencil", package: "Stencil")]
        ),
        .target(name: "Transports", dependencies: ["Provisioning", "SSH", "HostInventory"]),
        .target(name: "Journal", dependencies: ["Provisioning"]),
        .target(name: "Apus", dependencies: ["Resources", "Provisioning", "HostInventory"]),
        .target(name: "ApusTesting", dependencies: ["Provisioning", "HostInventory"]),
        .target(
            name: "Roles",
            dependencies: ["Apus", "KeepalivedConfiguration", "VRRPCluster"],
            path: "roles",
            // Found beside the Swift file that names them, not bundled.
            exclude: [
                "docker_balancer/haproxy.cfg.stencil", "docker_balancer/image",
                "docker_server/image", "docker_server/index.html.stencil", "docker_server/pages",
            ]
        ),
        .target(name: "Playbooks", dependencies: ["Apus", "Roles"], path: "playbooks"),
        .target(
            name: "ApusCommands",
            dependencies: [
                "Provisioning", "HostInventory", "Vault", "Journal", "Transports", "Rainbow",
                "KeepalivedConfiguration", "VRRPCluster",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .executableTarget(name: "ApusCLI", dependencies: ["ApusCommands", "Playbooks"]),

        // `apus` with the benchmarks' playbooks.
        .executableTarget(
            name: "apus-bench",
            dependencies: ["Apus", "ApusCommands"],
            path: "Benchmarks/ApusBench"
        ),

        // The agent. These also compile as Embedded Swift (`make agents`).
        .target(name: "VRRP"),
        .target(name: "LoadBalancing"),
        .target(name: "KeepalivedConfiguration"),
        .executableTarget(
            name: "apus-vrrpd",
            dependencies: ["VRRP", "LoadBalancing", "KeepalivedConfiguration", "CLinux"]
        ),

        // The routers of many hosts, on the control machine.
        .target(name: "VRRPCluster", dependencies: ["KeepalivedConfiguration"]),

        .target(name: "ProgramFiles", path: "Tests/ProgramFiles"),
        .target(name: "MutationSupport", path: "Tests/MutationSupport"),
        .target(
            name: "MutationTrials",
            dependencies: [
                "HostInventory", "Vault", "SSH", "VRRP", "LoadBalancing", "KeepalivedConfiguration",
                "MutationSupport",
            ],
            path: "Tests/MutationTrials"
        ),
        // A million inputs for each parser: `make mutations`.
        .executableTarget(
            name: "apus-mutations",
            dependencies: ["MutationTrials"],
            path: "Tests/MutationProgram"
        ),
        // Real sshd, ssh-agent and keys, for tests.
        .target(name: "SSHTestSupport", dependencies: ["SSH"], path: "Tests/SSHTestSupport"),
        .testTarget(name: "SSHTests", dependencies: ["SSH", "SSHTestSupport"]),
        .testTarget(name: "HostInventoryTests", dependencies: ["HostInventory", "ProgramFiles"]),
        .testTarget(name: "VaultTests", dependencies: ["Vault", "HostInventory"]),
        .testTarget(name: "MutationTests", dependencies: ["MutationTrials"]),
        .testTarget(
            name: "ProvisioningTests",
            dependencies: ["Provisioning", "ApusTesting", "Transports", "ProgramFiles"]
        ),
        .testTarget(name: "JournalTests", dependencies: ["Journal", "Provisioning"]),
        .testTarget(
            name: "ResourcesTests",
            dependencies: ["Resources", "Provisioning", "HostInventory", "ApusTesting", "ProgramFiles"]
        ),
        .testTarget(
            name: "TransportsTests",
            dependencies: [
                "Transports", "ApusTesting", "HostInventory", "Provisioning", "SSH", "SSHTestSupport",
                "ProgramFiles",
            ]
        ),
        .testTarget(
            name: "VRRPTests",
            dependencies: ["VRRP", "MutationSupport"],
            exclude: ["Replay/replay.txt"]
        ),
        .testTarget(name: "LoadBalancingTests", dependencies: ["LoadBalancing"]),
        .testTarget(
            name: "VRRPAgentTests",
            dependencies: ["apus-vrrpd", "VRRP", "KeepalivedConfiguration", "CLinux", "ProgramFiles"],
            exclude: ["Files"]
        ),
        .testTarget(
            name: "KeepalivedConfigurationTests",
            dependencies: ["KeepalivedConfiguration", "MutationSupport"],
            exclude: ["Seeds"]
        ),
        .testTarget(name: "VRRPClusterTests", dependencies: ["VRRPCluster", "KeepalivedConfiguration"]),
        .testTarget(name: "RolesTests", dependencies: ["Roles", "Provisioning", "ApusTesting"]),
        .testTarget(
            name: "PlaybooksTests",
            dependencies: [
                "Playbooks", "Provisioning", "HostInventory", "ApusTesting", "KeepalivedConfiguration",
                "VRRPCluster",
            ]
        ),
        .target(
            name: "CanaryTestSupport",
            dependencies: ["Provisioning"],
            path: "Tests/CanaryTestSupport"
        ),
        .testTarget(
            name: "ApusCommandsTests",
            dependencies: [
                "ApusCommands", "ApusTesting", "CanaryTestSupport", "ProgramFiles", "SSH", "SSHTestSupport",
                "VRRPCluster", "apus-test-run",
            ]
        ),
        // `apus` with playbooks that tests interrupt, kill and run twice.
        .executableTarget(
            name: "apus-test-run",
            dependencies: ["ApusCommands", "Apus"],
            path: "Tests/TestProgram"
        ),
        .testTarget(
            name: "LabTests",
            dependencies: [
                "Playbooks", "Roles", "Apus", "Provisioning", "HostInventory", "Transports", "ApusTesting",
                "CanaryTestSupport", "ProgramFiles", "apus-test-run",
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .treatAllWarnings(as: .error),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
        ]
}
