import HostInventory
import Testing

@Suite("Large inventories")
struct SizeTests {
    @Test("ten thousand hosts are parsed and resolved")
    func many() throws {
        var text = ""
        for group in 0..<50 {
            text += "[g\(group)]\n"
            for host in 0..<200 {
                text +=
                    "host-\(group)-\(host).example.net ansible_host=10.0.\(group).\(host) page=server\(host) "
                text += "weight=\(host) note=\"two words\" enabled=True\n"
            }
            text += "[g\(group):vars]\nregion=r\(group)\nlevel=2\n"
        }
        text +=
            "[top:children]\n" + (0..<50).map { "g\($0)\n" }.joined() + "[all:vars]\nlevel=0\nuser=ubuntu\n"
        let clock = ContinuousClock()
        let start = clock.now
        let inventory = try Inventory(parsing: text, file: "big.ini")
        var sum = 0
        for host in inventory.hosts { sum += try host.variables.value("weight", as: Int.self) }
        print("10,000 hosts with variables: \(clock.now - start)")
        #expect(inventory.hosts.count == 10_000)
        #expect(sum == 50 * 199 * 100)
        #expect(try inventory.hosts[9999].variables["level"] == 2)
    }
}
