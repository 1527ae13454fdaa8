import Foundation
import HostInventory
import Testing

@Suite("Inventory files")
struct FileTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func inventory(_ name: String) throws -> Inventory {
        try Inventory(contentsOf: root.appendingPathComponent("inventories/\(name)").path)
    }

    @Test("ha.ini and lab.ini are the five-Pi cluster", arguments: ["ha.ini", "lab.ini"])
    func cluster(name: String) throws {
        let inventory = try Self.inventory(name)
        #expect(inventory.warnings.isEmpty)
        #expect(
            try inventory.hosts(matching: "balancers").map {
                "\($0.name) \(try $0.vars["vrrp_priority"] as Int)"
            }
                == ["10.42.0.73 101", "10.42.0.38 100"]
        )
        #expect(
            try inventory.hosts(matching: "servers").map { "\($0.name) \(try $0.vars["page"] as String)" }
                == ["10.42.0.152 server1", "10.42.0.175 server2", "10.42.0.135 server3"]
        )
        for host in inventory.hosts {
            #expect(try host.vars["virtual_address"] == "10.42.0.240")
            #expect(try host.connection.user == "ubuntu")
        }
    }

    @Test("lab.ini differs only in key and known_hosts")
    func lab() throws {
        let (ha, lab) = (try Self.inventory("ha.ini"), try Self.inventory("lab.ini"))
        let connectionNames = ["ansible_ssh_private_key_file", "apus_known_hosts_file"]
        for (real, node) in zip(ha.hosts, lab.hosts) {
            #expect(real.groups == node.groups)
            #expect(node.vars.names.filter { !connectionNames.contains($0) } == real.vars.names)
            #expect(
                node.vars.filter { !connectionNames.contains($0.name) }.map(\.value) == real.vars.map(\.value)
            )
            #expect(try node.connection.privateKeyFile == Self.root.path + "/lab/state/id_ed25519")
            #expect(try node.connection.knownHostsFile == Self.root.path + "/lab/state/known_hosts")
        }
    }

    @Test("a file that cannot be read says why")
    func unreadable() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "apus-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let latin = folder.appendingPathComponent("latin.ini").path
        try Data([0x61, 0x0A, 0x62, 0xFC, 0x0A]).write(to: URL(fileURLWithPath: latin))
        #expect(
            message { try Inventory(contentsOf: latin) } == "\(latin):2: the inventory file is not UTF-8 text"
        )
        #expect(
            message { try Inventory(contentsOf: "no/such.ini") }
                == "no/such.ini: there is no such inventory file"
        )
        #expect(
            message { try Inventory(contentsOf: folder.path) }
                == "\(latin):2: the inventory file is not UTF-8 text"
        )
        let pipe = folder.appendingPathComponent("pipe").path
        try #require(mkfifo(pipe, 0o600) == 0)
        for path in [pipe, "/dev/null"] {
            let reason = "is a pipe or a device; save what it says in a file, and name that"
            #expect(message { try Inventory(contentsOf: path) } == "\(path): \(reason)")
        }
        #expect(try Inventory(contentsOf: "x.toml,").hosts.map(\.name) == ["x.toml"])
    }
}
