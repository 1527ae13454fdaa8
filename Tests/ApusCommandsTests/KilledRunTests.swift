import Foundation
import Testing

@Suite("A run that is killed harms nothing", .serialized)
struct KilledRunTests {
    /// So large that it is digested while it is sent.
    private static let large = Data(repeating: 0x61, count: 17 << 20)

    @Test func killedAtAnyMomentAndTheNextRunConverges() async throws {
        let place = try TestPlace()
        try Self.large.write(to: URL(fileURLWithPath: place.path + "/source/large"))
        for number in 0..<40 {
            try String(repeating: "\(number)", count: 3000)
                .write(toFile: "\(place.path)/source/tree/\(number)", atomically: false, encoding: .utf8)
        }
        var generator = LinearGenerator(state: 42)
        for _ in 0..<20 {
            try empty("\(place.path)/target")
            let run = try TestRun("files", in: place)
            try await Task.sleep(for: .milliseconds(Int.random(in: 5...400, using: &generator)))
            run.send(SIGKILL)
            try await run.end()
            try expectWholeFiles(place)
        }
        let last = try await TestRun("files", in: place).end()
        #expect(last.status == 0, "\(last.output)")
        // The shell of the run that was killed last may still be on its way out, with its own temporary file.
        let names = ["0", "1", "2", "3", "4", "5", "large", "tree"]
        #expect(
            try await eventually { place.names(in: "target") == names },
            "a killed run left something for good"
        )
        #expect(place.names(in: "target/tree").count == 40)
        let again = try await TestRun("files", in: place).end()
        #expect(again.output.contains("changed 0"), "\(again.output)")
    }

    private func empty(_ folder: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasPrefix(".apus")
        {
            try FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }

    /// Each file is absent or complete.
    private func expectWholeFiles(_ place: TestPlace) throws {
        for name in place.names(in: "target") where !name.hasPrefix(".") && name != "tree" {
            let size = try FileManager.default.attributesOfItem(atPath: "\(place.path)/target/\(name)")[.size]
            let expected = name == "large" ? Self.large.count : 40_000
            #expect(size as? Int == expected, "\(name)")
        }
        for name in place.names(in: "target/tree") where !name.hasPrefix(".") {
            #expect(place.read("target/tree/\(name)") == place.read("source/tree/\(name)"), "\(name)")
        }
    }
}

/// The same numbers in every run of the tests (Knuth's MMIX constants).
private struct LinearGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state
    }
}
