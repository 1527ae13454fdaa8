import ApusTesting
import HostInventory
import Testing
import Transports

extension LabSuite {
    @Suite struct Transports {
        @Test func aNodeOverLibSSH2KeepsTheContractOfTransports() async throws {
            let inventory = try Inventory(contentsOf: Lab.inventoryPath)
            let node = try #require(inventory.hosts.last)
            try await TransportContract(try await HostConnector().connect(to: node, deadline: .seconds(10)))
                .check()
        }
    }
}
