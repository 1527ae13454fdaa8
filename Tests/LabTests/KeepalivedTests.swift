import Foundation
import Testing

extension LabSuite {
    /// The two nodes of `inventories/keepalived.ini`, with the lab's addresses: directors and servers at once.
    @Suite struct Keepalived {
        private static let nodes: [Node] = [.pi4, .pi5]
        /// What SSH, GlusterFS and Kubernetes have.
        private static let virtualAddresses = ["10.42.0.241", "10.42.0.242", "10.42.0.243"]

        @Test("are deployed as they are, spread connections, hand over, and are reloaded")
        func seed004() async throws {
            let files = try DirectorInventory(nodes: Self.nodes, virtualAddresses: Self.virtualAddresses)
            do {
                try await deploy(files)
                try await change(files)
            } catch {
                try await cleanUp()
                throw error
            }
            try await cleanUp()
        }

        private func deploy(_ files: DirectorInventory) async throws {
            let lint = try await Lab.apus("vrrp", "lint", "-i", files.inventory)
            #expect(lint.status == 0, "\(lint.output)")
            _ = try await Lab.apus("run", "keepalived", "-i", files.inventory).succeeded()
            let again = try await Lab.apus("run", "keepalived", "-i", files.inventory).succeeded()
            for node in Self.nodes {
                #expect(again.recap(of: node)?.contains("changed 0 ") == true, "\(again.output)")
            }
            try await expectMaster(.pi4)
            try await expectBoth(files)
            try await handOver(files)
            _ = try await Lab.apus("vrrp", "handover", "-i", files.inventory, Node.pi4.address, "--resume")
                .succeeded()
            try await expectMaster(.pi4)
        }

        /// Whoever watches sees it.
        private func handOver(_ files: DirectorInventory) async throws {
            let words = ["vrrp", "watch", "-i", files.inventory, "--interval", "0.3"]
            let watched = try await Program([Lab.apus] + words).ended(by: "TERM") {
                _ = try await Lab.apus("vrrp", "handover", "-i", files.inventory, Node.pi4.address)
                    .succeeded()
                try await expectMaster(.pi5)
                try await expectBoth(files)
            }
            var masters: [Substring] = []
            for line in watched.output.split(separator: "\n") {
                let words = line.split(separator: " ")
                if words.dropFirst().prefix(2) == ["SSH", "master"] { masters.append(words[0]) }
            }
            #expect(masters.first.map(String.init) == Node.pi4.address, "\(watched.output)")
            #expect(masters.last.map(String.init) == Node.pi5.address, "\(watched.output)")
        }

        /// A change is taken by the running agent; what only the node can find is refused there, and nothing moves.
        private func change(_ files: DirectorInventory) async throws {
            let process = "systemctl show --property=MainPID apus-vrrpd"
            let before = try await onEach(Self.nodes) { try await $0.root(process) }
            try files.replace("delay_loop 10", with: "delay_loop 20")
            _ = try await Lab.apus("run", "keepalived", "-i", files.inventory).succeeded()
            #expect(try await onEach(Self.nodes) { try await $0.root(process) } == before)

            try files.replace("/etc/keepalived/iptables.sh", with: "/usr/local/bin/nowhere")
            let refused = try await Lab.apus("run", "keepalived", "-i", files.inventory)
            #expect(refused.status == 2, "\(refused.output)")
            for node in Self.nodes {
                let text = try await node.root("cat /etc/keepalived/keepalived.conf")
                #expect(text.contains("/etc/keepalived/iptables.sh") && !text.contains("nowhere"))
            }
            try await expectMaster(.pi4)
        }

        private func expectMaster(_ master: Node) async throws {
            let deadline = ContinuousClock.now + .seconds(30)
            var holders: [Node: Int] = [:]
            repeat {
                let shown = try await onEach(Self.nodes) {
                    try await $0.root("ip -4 -o address show dev eth0")
                }
                holders = shown.mapValues { text in
                    Self.virtualAddresses.count { text.contains("inet \($0)/") }
                }
                if holders == [master: 3, Self.nodes.first { $0 != master } ?? master: 0] { return }
                try await Task.sleep(for: .milliseconds(200))
            } while ContinuousClock.now < deadline
            Issue.record("\(holders)")
        }

        /// One after the other, as the write-up shows it.
        private func expectBoth(_ files: DirectorInventory) async throws {
            var seen: [String] = []
            for _ in 0..<4 { seen.append(try await files.hostName(at: Self.virtualAddresses[0])) }
            #expect(seen.sorted() == ["pi4", "pi4", "pi5", "pi5"], "\(seen)")
        }

        private func cleanUp() async throws {
            _ = try await onEach(Self.nodes) { node in
                let scripts = Self.virtualAddresses.map { "/etc/keepalived/iptables.sh reset \($0) || :" }
                return try await node.root(
                    """
                    systemctl disable --now apus-vrrpd || :
                    \(scripts.joined(separator: "\n"))
                    rm -rf /etc/keepalived /etc/sysctl.d/99-zz-apus-net.ipv4.conf.*
                    for key in arp_ignore arp_announce; do
                      for name in all eth0; do echo 0 >/proc/sys/net/ipv4/conf/$name/$key; done
                    done
                    """
                )
            }
        }
    }
}

/// The files of `inventories/keepalived.ini` in a folder of their own, with addresses of the lab.
private struct DirectorInventory {
    private let folder: ScratchFolder
    private var path: String { folder.path("inventories") }
    var inventory: String { path + "/keepalived.ini" }

    init(nodes: [Node], virtualAddresses: [String]) throws {
        folder = try ScratchFolder()
        try FileManager.default.copyItem(atPath: Lab.root + "/inventories", toPath: path)
        let old = ["192.168.44.51", "192.168.44.52", "192.168.44.120", "192.168.44.100", "192.168.44.110"]
        for (old, new) in zip(old, nodes.map(\.address) + virtualAddresses) { try replace(old, with: new) }
        try replace(
            "ansible_user=pi",
            with: """
                ansible_user=ubuntu
                ansible_ssh_private_key_file=\(Lab.state)/id_ed25519
                apus_known_hosts_file=\(Lab.state)/known_hosts
                """
        )
    }

    /// In the inventory and in all configurations.
    func replace(_ old: String, with new: String) throws {
        let configurations = ["node01", "node02"].flatMap { node in
            ["ssh", "glusterfs", "kubernetes"].map { "\(path)/keepalived/\(node)/config/\($0).conf" }
        }
        for file in configurations + [inventory] {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try Data(text.replacing(old, with: new).utf8).write(to: URL(fileURLWithPath: file))
        }
    }

    /// The name of the host that a login at `address` comes to. The hosts behind it have different keys.
    func hostName(at address: String) async throws -> String {
        let options = [
            "BatchMode=yes", "ConnectTimeout=10", "StrictHostKeyChecking=no",
            "UserKnownHostsFile=\(folder.path(UUID().uuidString))",
        ]
        let ssh =
            ["ssh", "-F", "none", "-i", Lab.state + "/id_ed25519"] + options.flatMap { ["-o", $0] }
            + ["ubuntu@\(address)", "hostname"]
        return try await Program(ssh).run(deadline: .seconds(30)).succeeded().output
            .trimmingCharacters(in: .newlines)
    }
}
