import Foundation
import HostInventory
import Testing

/// Broken inventories must end in an error, never in a crash or a hang.
///
/// 20,000 mutations; `APUS_MUTATIONS=1000000` asks for more.
@Suite("Mutated inventories")
struct MutationTests {
    private static let seed = """
        lone:22 a=1 b="two words" c='[1, "x", {"k": None}]' # note
        [2001:db8::1]:2222 ansible_user=ubuntu
        [balancers]
        web[01:03:1].lan port=0x1f t=True
        db-[a:c] v="r'\\\\n' '\\u00fc'" f=-1.5e3
        [cluster:children]
        balancers # kids
        servers
        [servers]
        10.42.0.[1:3]
        [servers:vars]
        x = (1, 2), {3, 4}
        y = 'open
        ; comment
        [all:vars]
        ansible_ssh_common_args="-o 'A=b' -C"
        ansible_port=22
        """

    @Test("end in an inventory or in an error that names the file")
    func mutations() throws {
        let rounds = ProcessInfo.processInfo.environment["APUS_MUTATIONS"].flatMap(Int.init) ?? 20_000
        var random = SeededGenerator(state: 42)
        let seed = Array(Self.seed.utf8)
        let salt = Array("[]:=\"'#;\\\n ,(){}-0aF\u{7F}".utf8)
        var parsed = 0
        for _ in 0..<rounds {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[index] = salt.randomElement(using: &random) ?? 0
                case 2: bytes.insert(salt.randomElement(using: &random) ?? 0, at: index)
                case 3:
                    bytes.removeSubrange(
                        index..<min(bytes.count, index + Int.random(in: 1...9, using: &random))
                    )
                default:
                    let other = Int.random(in: 0..<bytes.count, using: &random)
                    bytes += bytes[min(index, other)..<max(index, other)]
                }
            }
            do {
                let text = String(decoding: bytes, as: UTF8.self)
                let inventory = try Inventory(parsing: text, file: "m.ini")
                parsed += 1
                for host in inventory.hosts.prefix(3) { _ = Result { try host.connection } }
                _ = Result { try inventory.hosts(matching: Pattern(String(text.prefix(20)))) }
            } catch {
                let message = "\(error)"
                #expect(message.contains("m.ini:"), "\(message) for \(bytes)")
            }
        }
        // Both ways were walked: mutations that only break would test half.
        #expect(parsed > rounds / 1000)
    }

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
