import KeepalivedConfiguration
import MutationSupport
import Testing

/// Broken configurations must end in errors with places, never in a crash or a hang.
///
/// 20,000 mutations; `APUS_MUTATIONS=1000000` asks for more.
@Suite("Mutated configurations")
struct MutationTests {
    @Test("end in a configuration that can be rendered and read again, or in errors that name the file")
    func mutations() throws {
        let rounds = Mutator.askedRounds ?? 20_000
        let seeds = [
            Seeds.s000, Seeds.s001, Seeds.s002OneLine, Seeds.s003, Seeds.s004 + "\n" + Seeds.s004SSH,
            instance(
                "track_script { a weight 3 reverse }\nunicast_peer { 10.0.0.2 }\nnotify \"x \\\"y\\\"\" u g"
            )
                + "\nvrrp_script a { script x interval 0.5 }",
        ].map { Array($0.utf8) }
        var mutator = Mutator(salt: "{}\"#!\\\n /.:0-9aF", changes: 1...4, seed: 7)
        let access = FileAccess(read: { _ in seeds.first }, glob: { [$0, $0 + "x"] })
        var parsed = 0
        for round in 0..<rounds {
            let bytes = mutator.mutated(seeds[round % seeds.count])
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
