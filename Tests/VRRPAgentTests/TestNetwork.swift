import Foundation
import Synchronization

/// Nodes in network namespaces of their own, with `eth0` on one switch; gone with this object.
final class TestNetwork: Sendable {
    let prefix: String
    let directory: URL
    private let names: [String]
    private static let made = Atomic(0)

    /// Node i has 10.99.0.(i + 1)/24, fe80::(i + 1)/64 and 2001:db8::(i + 1)/64.
    init(nodes: [String]) throws {
        prefix = "vr-\(getpid())-\(Self.made.add(1, ordering: .relaxed).newValue)"
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(prefix)
        names = nodes
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let hub = namespace("switch")
        try run(["ip", "netns", "add", hub])
        try run(["ip", "-n", hub, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0"])
        try run(["ip", "-n", hub, "link", "set", "br0", "up"])
        for (index, node) in nodes.enumerated() {
            let space = namespace(node)
            try run(["ip", "netns", "add", space])
            // IPv6 addresses that are of use at once.
            let sysctl = "net.ipv6.conf.default.accept_dad=0"
            try run(["ip", "netns", "exec", space, "sysctl", "-q", "-w", sysctl])
            try run(["ip", "-n", space, "link", "set", "lo", "up"])
            try run(
                ["ip", "-n", hub, "link", "add", "port-\(node)", "type", "veth"]
                    + ["peer", "name", "eth0", "netns", space]
            )
            try run(["ip", "-n", hub, "link", "set", "port-\(node)", "master", "br0", "up"])
            try run(["ip", "-n", space, "link", "set", "eth0", "addrgenmode", "none", "up"])
            for address in ["10.99.0.\(index + 1)/24", "fe80::\(index + 1)/64", "2001:db8::\(index + 1)/64"] {
                try run(["ip", "-n", space, "address", "add", address, "dev", "eth0"])
            }
        }
    }

    deinit {
        for name in names + ["switch"] { _ = try? run(["ip", "netns", "delete", namespace(name)]) }
        try? FileManager.default.removeItem(at: directory)
    }

    func namespace(_ node: String) -> String { "\(prefix)-\(node)" }

    /// A file that a check of a node looks for.
    func healthFile(_ node: String) -> URL { directory.appendingPathComponent("\(node).healthy") }

    func setHealthy(_ node: String, _ isHealthy: Bool) throws {
        if isHealthy {
            try Data().write(to: healthFile(node))
        } else {
            try FileManager.default.removeItem(at: healthFile(node))
        }
    }

    func setSwitchPort(_ node: String, up: Bool) throws {
        try run(["ip", "-n", namespace("switch"), "link", "set", "port-\(node)", up ? "up" : "down"])
    }

    func holdsAddress(_ node: String, _ address: String = "10.99.0.240/32") throws -> Bool {
        try run(["ip", "-n", namespace(node), "-br", "address", "show"]).output
            .contains(" \(address)")
    }

    func addAddress(_ node: String) throws {
        try run(["ip", "-n", namespace(node), "address", "add", "10.99.0.240/32", "dev", "eth0"])
    }

    func removeAddress(_ node: String) throws {
        try run(["ip", "-n", namespace(node), "address", "delete", "10.99.0.240/32", "dev", "eth0"])
    }

    /// Writes the configuration of a node, in the place of the one before.
    func configure(_ node: String, _ text: String) throws -> URL {
        let file = directory.appendingPathComponent("\(node).conf")
        try Data(text.utf8).write(to: file)
        return file
    }

    /// Writes that of an owner, which is master at once.
    ///
    /// - Parameters:
    ///   - addresses: one a line.
    ///   - extra: more in the instance.
    ///   - before: more at the top level.
    func configureOwner(
        _ node: String,
        addresses: String = "10.99.0.77",
        extra: String = "",
        before: String = ""
    ) throws -> URL {
        let text = """
            \(before)
            vrrp_instance one {
                interface eth0
                virtual_router_id 7
                priority 255
                virtual_ipaddress {
                    \(addresses)
                }
                \(extra)
            }
            """
        return try configure(node, text)
    }

    /// The seed's configuration; only its check is a stand-in, since all namespaces see one set of processes.
    ///
    /// - Parameters:
    ///   - extra: more in the instance.
    ///   - before: more at the top level.
    func configuration(
        _ node: String,
        state: String,
        priority: Int,
        extra: String = "",
        before: String = ""
    ) throws -> URL {
        let text = """
            \(before)
            vrrp_script check_haproxy {
                script "test -e \(healthFile(node).path)"
                interval 2
                weight 2
            }

            vrrp_instance haproxy {
                interface eth0
                state \(state)
                virtual_router_id 51
                priority \(priority)
                \(extra)
                virtual_ipaddress {
                    10.99.0.240
                }
                track_script {
                    check_haproxy
                }
            }
            """
        return try configure(node, text)
    }
}
