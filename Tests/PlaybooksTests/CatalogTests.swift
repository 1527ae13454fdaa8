import ApusTesting
import Foundation
import HostInventory
import Playbooks
import Provisioning
import Testing

@Suite("The catalog of this repository")
struct CatalogTests {
    /// Nobody answers: what is checked before a connection is all that happens.
    private struct NobodyAnswers: Connector {
        func connect(to host: Inventory.Host, deadline: Duration) async throws -> any Transport {
            throw TransportError(.unreachable, "nobody is to answer")
        }
    }

    private func run(_ playbook: Playbook, on inventory: Inventory) async throws -> Recap {
        try await Run(
            inventory: inventory,
            connector: NobodyAnswers(),
            options: RunOptions(),
            reporter: CollectingReporter()
        )([playbook])
    }

    private var inventories: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("inventories")
    }

    @Test func hasThePlaybooksOfTheFivePis() {
        let names = catalog.playbooks.map(\.name)
        #expect(
            names == ["site", "install", "buildimages", "vrrp", "keepalived", "reboot", "servershutdown"]
        )
        #expect(catalog.playbooks.allSatisfy { !$0.summary.isEmpty })
    }

    @Test("takes the variables of the inventories as they are", arguments: ["ha.ini", "lab.ini"])
    func inventory(name: String) async throws {
        let inventory = try Inventory(contentsOf: inventories.appendingPathComponent(name).path)
        for playbook in catalog.playbooks where playbook.name != "keepalived" {
            let recap = try await run(playbook, on: inventory)
            #expect(recap.hosts.count == (playbook.name == "vrrp" ? 2 : 5))
            // A roll stops at the first host that does not answer.
            let asked = playbook.name == "reboot" ? 1 : recap.hosts.count
            #expect(
                recap.hosts.count { $0.line.unreachable == "nobody is to answer" } == asked,
                "\(playbook.name)"
            )
        }
    }

    @Test func findsAMissingPageAndAWrongPriorityBeforeAnyHostIsTouched() async throws {
        let text = try String(contentsOf: inventories.appendingPathComponent("ha.ini"), encoding: .utf8)
            .replacing("page=server2", with: "")
            .replacing("vrrp_priority=101", with: "vrrp_priority=300")
        let inventory = try Inventory(parsing: text, file: "ha.ini")
        let site = try #require(catalog["site"])
        let error = await #expect(throws: PreflightError.self) { try await run(site, on: inventory) }
        let said = error?.description ?? ""
        #expect(said.contains("variable 'page' is not set"))
        #expect(said.contains("vrrp_priority") && said.contains("300"))
    }
}
