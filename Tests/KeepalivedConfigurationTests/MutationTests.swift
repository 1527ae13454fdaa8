import Foundation
import KeepalivedConfiguration
import Testing

/// Broken configurations must end in errors with places, never in a crash or a hang.
///
/// 20,000 mutations; `APUS_MUTATIONS=1000000` asks for more.
@Suite("Mutated configurations")
struct MutationTests {
    @Test("end in a configuration that can be rendered and read again, or in errors that name the file")
    func mutations() throws {
        let rounds = ProcessInfo.processInfo.environment["APUS_MUTATIONS"].flatMap(Int.init) ?? 20_000
        var random = SeededGenerator(state: 7)
        let seeds = [
            Seeds.s000, Seeds.s001, Seeds.s002OneLine, Seeds.s003, Seeds.s004 + "\n" + Seeds.s004Instance,
            instance(
                "track_script { a weight 3 reverse }\nunicast_peer { 10.0.0.2 }\nnotify \"x \\\"y\\\"\" u g"
            )
                + "\nvrrp_script a { script x interval 0.5 }",
        ].map { Array($0.utf8) }
        let salt = Array("{}\"#!\\\n /.:0-9aF".utf8)
        let access = FileAccess(read: { _ in seeds.first }, glob: { [$0, $0 + "x"] })
        var parsed = 0
        for round in 0..<rounds {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
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
            let configuration: Configuration
            do {
                configuration = try Configuration(parsing: bytes, file: "m.conf", files: access)
            } catch {
                #expect(!error.errors.isEmpty)
                #expect(error.errors.allSatisfy { $0.location.line > 0 && $0.location.column > 0 })
                continue
            }
            parsed += 1
            let rendered = configuration.rendered()
            let again = try Configuration(parsing: rendered, file: "rendered.conf")
            #expect(again.rendered() == rendered)
        }
        #expect(parsed > rounds / 100)
    }
}
