import Foundation
import Testing

@Suite("Every run is in the history", .serialized)
struct HistoryTests {
    let place = try! TestPlace()

    private func apus(_ words: String...) async throws -> TestRun.Ended {
        try await TestRun(words, in: place).end()
    }

    /// Durations are kept to the millisecond, and shown in hundredths of a second.
    private func withoutTimes(_ output: some StringProtocol) -> String {
        String(output).replacing(/\s*[0-9.]+ m?s\b/, with: " TIME")
    }

    @Test func aRunIsShownAgainAsItWasShown() async throws {
        let run = try await TestRun("slow", in: place).end()
        let shown = try await apus("history", "show")
        #expect(shown.status == 0)
        let (title, rest) = try #require(
            shown.output.firstIndex(of: "\n").map {
                (shown.output[..<$0], shown.output[$0...].dropFirst())
            }
        )
        #expect(title.hasPrefix("Run 20"))
        #expect(withoutTimes(rest) == withoutTimes(run.output))
    }

    @Test func isListedNewestFirst() async throws {
        _ = try await TestRun("slow", in: place).end()
        _ = try await TestRun("slow", in: place, more: ["--check"]).end()
        let lines = try await apus("history").output.split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[1].contains("run slow --check"))
        let id = try #require(lines[2].split(separator: " ").first)
        let last = try await apus("history", "show", String(id.suffix(4)), "--json")
        #expect(last.output.contains(#""event":"runFinished""#))
        #expect(try await apus("history", "-n", "1").output.split(separator: "\n").count == 2)
    }

    @Test func aKilledRunIsSaidToBeOne() async throws {
        try place.hold("first")
        let run = try TestRun("slow", in: place)
        try await place.wait(for: "first.begun")
        #expect(try await apus("history").output.contains("is running"))
        run.send(SIGKILL)
        try place.release("first")
        try await run.end()
        #expect(try await apus("history").output.contains("was killed"))
        let shown = try await apus("history", "show")
        #expect(shown.status == 0)
        #expect(shown.output.hasSuffix("\nwas killed\n"), "\(shown.output)")
    }

    @Test func anUnwritableJournalIsAWarningSaidOnce() async throws {
        try "no folder".write(toFile: place.path + "/state", atomically: false, encoding: .utf8)
        let run = try await TestRun("slow", in: place).end()
        #expect(run.status == 0)
        #expect(run.output.ranges(of: "Warning: this run is not journaled").count == 1, "\(run.output)")
    }

    @Test func aRefusedRunLeavesNone() async throws {
        let run = try await TestRun("slow", in: place, more: ["--limit", "nobody"]).end()
        #expect(run.status == 64)
        #expect(try await apus("history").output.split(separator: "\n").count == 1)
    }

    @Test func eventsAreShownAsJSONOnRequest() async throws {
        try place.hold("first")
        let running = try TestRun("slow", in: place, more: ["--output", "json"])
        // A line that comes together with the step's end is none of its progress.
        try await running.says("\"progress\"")
        try place.release("first")
        let run = try await running.end()
        let events = try run.output.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return object?["event"] as? String
        }
        #expect(events.first == "runStarted")
        #expect(events.last == "runFinished")
    }
}
