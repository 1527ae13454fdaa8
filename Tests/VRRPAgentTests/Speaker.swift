import Foundation
import Testing

/// A program that speaks VRRP, and how its log says what it does.
enum Speaker: String, Sendable {
    case apus
    case keepalived

    static let keepalivedPath = "/usr/sbin/keepalived"
    static let hasKeepalived = FileManager.default.isExecutableFile(atPath: keepalivedPath)

    func start(in network: TestNetwork, _ node: String, configuration: URL) throws -> AgentProcess {
        switch self {
        case .apus: return try AgentProcess(in: network.namespace(node), configuration: configuration)
        case .keepalived:
            // New ones each time: one that was killed may still be in the table of processes.
            let files = network.directory.appendingPathComponent("\(node)-\(UUID())").path
            return try AgentProcess(
                in: network.namespace(node),
                command: [Self.keepalivedPath, "--dont-fork", "--log-console", "--vrrp"]
                    + ["--pid=\(files).pid", "--vrrp_pid=\(files).vrrp.pid", "-f", configuration.path]
            )
        }
    }

    /// What its log says when it becomes master.
    var master: String {
        switch self {
        case .apus: "→ master"
        case .keepalived: "Entering MASTER STATE"
        }
    }

    var backup: String {
        switch self {
        case .apus: "→ backup"
        case .keepalived: "Entering BACKUP STATE"
        }
    }
}

/// One way to configure a pair of routers.
struct Dialect: Sendable, CustomTestStringConvertible {
    var name: String
    var version = 2
    var interval = 1.0
    var addresses = ["10.99.0.240/32"]
    /// More lines of the instance, for the node of a number and its peer's.
    var extra: @Sendable (_ own: Int, _ peer: Int) -> String = { _, _ in "" }

    var testDescription: String { name }

    private static let virtualIPv6 = ["fe80::5e00/64", "2001:db8::240/64"]

    static let all = [
        Dialect(name: "version 2"),
        Dialect(
            name: "version 2 with a password",
            extra: { _, _ in "authentication {\n auth_type PASS\n auth_pass password\n }" }
        ),
        Dialect(name: "version 3", version: 3, interval: 0.1),
        Dialect(
            name: "version 3 over IPv6",
            version: 3,
            interval: 0.1,
            addresses: virtualIPv6
        ),
        Dialect(name: "version 2 by unicast", extra: unicast(in: "10.99.0.")),
        Dialect(name: "version 3 by unicast", version: 3, interval: 0.1, extra: unicast(in: "10.99.0.")),
        Dialect(
            name: "version 3 over IPv6 by unicast",
            version: 3,
            interval: 0.1,
            addresses: virtualIPv6,
            extra: unicast(in: "2001:db8::")
        ),
        Dialect(name: "virtual MAC", extra: { _, _ in "use_vmac" }),
        Dialect(
            name: "virtual MAC over IPv6",
            version: 3,
            interval: 0.1,
            addresses: virtualIPv6,
            extra: { _, _ in "use_vmac" }
        ),
    ]

    private static func unicast(in prefix: String) -> @Sendable (_ own: Int, _ peer: Int) -> String {
        { own, peer in "unicast_src_ip \(prefix)\(own)\n unicast_peer {\n \(prefix)\(peer)\n }" }
    }

    func configuration(in network: TestNetwork, _ node: String, priority: Int) throws -> URL {
        let own = node == "a" ? 1 : 2
        let text = """
            global_defs {
                router_id \(node)
                vrrp_version \(version)
            }
            vrrp_instance pair {
                state BACKUP
                interface eth0
                virtual_router_id 51
                priority \(priority)
                advert_int \(version == 2 ? "1" : "\(interval)")
                \(extra(own, 3 - own))
                virtual_ipaddress {
                    \(addresses.joined(separator: "\n"))
                }
            }

            """
        return try network.configure(node, text)
    }
}
