import Foundation
import Testing

@Suite("apus plan saves what would be done, and apus apply does that or nothing", .serialized)
struct PlanCommandTests {
    let place = try! TestPlace()
    private var file: String { place.path + "/plan" }

    init() throws {
        let large = URL(fileURLWithPath: place.path + "/source/large")
        try Data("a text that is in no plan".utf8).write(to: large)
    }

    private func plan() async throws -> TestRun.Ended {
        try await TestRun("files", in: place, verb: "plan", more: ["-o", file, "-v"]).end()
    }

    private func apply() async throws -> TestRun.Ended {
        try await TestRun(["apply", file], in: place).end()
    }

    @Test func isAppliedExactlyOnce() async throws {
        let planned = try await plan()
        #expect(planned.status == 0, "\(planned.output)")
        #expect(place.names(in: "target").isEmpty)
        let applied = try await apply()
        #expect(applied.status == 0, "\(applied.output)")
        #expect(place.read("target/large") == "a text that is in no plan")
        let again = try await apply()
        #expect(again.status == 3)
        #expect(again.output.contains("here: Write files / File[\(place.path)/target/0]: the plan says"))
    }

    @Test func isForItsOwnerAndHoldsNoTexts() async throws {
        _ = try await plan()
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let text = try #require(place.read("plan"))
        #expect(!text.contains("a text that is in no plan"))
        #expect(!text.contains("0\\n0\\n"))
        let shown = try await TestRun(["plan", "--show", file], in: place).end()
        #expect(shown.output.contains("would change 8"), "\(shown.output)")
    }

    @Test func isRefusedWhereTheHostMoved() async throws {
        _ = try await plan()
        try "altered".write(toFile: place.path + "/target/3", atomically: false, encoding: .utf8)
        let refused = try await apply()
        #expect(refused.status == 3)
        #expect(refused.output.contains("target/3]: its state has moved since the plan was made"))
        #expect(place.names(in: "target") == ["3"])
        #expect(place.read("target/3") == "altered")
    }

    @Test func isRefusedWhereTheContentIsAnother() async throws {
        _ = try await plan()
        try "other".write(toFile: place.path + "/source/large", atomically: false, encoding: .utf8)
        let refused = try await apply()
        #expect(refused.status == 3)
        #expect(
            refused.output.contains("target/large]: it would now be changed in another way"),
            "\(refused.output)"
        )
        #expect(place.names(in: "target").isEmpty)
    }

    @Test func whatIsNoPlanIsNotApplied() async throws {
        try "{}\n".write(toFile: file, atomically: false, encoding: .utf8)
        #expect(try await apply().status == 64)
    }
}
