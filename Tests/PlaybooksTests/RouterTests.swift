import Foundation
import HostInventory
import KeepalivedConfiguration
import Playbooks
import Provisioning
import Testing
import VRRPCluster

@Suite("The virtual routers of the inventories")
struct RouterTests {
    private static let inventories = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("inventories").path

    private func nodes(_ inventory: Inventory) throws -> [Node] {
        try inventory.roles(of: catalog.playbooks).flatMap { entry in
            try entry.roles.get().compactMap { $0 as? any RouterRole }
                .map { Node(host: entry.host.name, configuration: try $0.configuration) }
        }
    }

    @Test(
        "are known without a connection, and nothing is wrong between them",
        arguments: [
            ("ha.ini", ["10.42.0.73", "10.42.0.38"]), ("lab.ini", ["10.42.0.73", "10.42.0.38"]),
            ("keepalived.ini", ["192.168.44.51", "192.168.44.52"]),
        ]
    )
    func inventory(name: String, hosts: [String]) throws {
        let nodes = try nodes(Inventory(contentsOf: Self.inventories + "/" + name))
        #expect(nodes.map(\.host) == hosts)
        #expect(Finding.all(in: nodes).map(\.description) == [])
    }

    @Test("with equal priorities are found")
    func equal() throws {
        let text = try String(contentsOfFile: Self.inventories + "/ha.ini", encoding: .utf8)
            .replacing("vrrp_priority=101", with: "vrrp_priority=100")
        let found = Finding.all(in: try nodes(Inventory(parsing: text, file: "ha.ini")))
        #expect(found.map(\.host) == ["10.42.0.38"])
        #expect(found.first?.problem.hasPrefix("priority 100, as on 10.42.0.73") == true)
    }
}
