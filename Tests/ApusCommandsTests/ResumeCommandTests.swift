import Foundation
import Testing

@Suite("apus run --resume goes on with a run that was ended before its time", .serialized)
struct ResumeCommandTests {
    let place = try! TestPlace()

    private func resume(_ more: String...) async throws -> TestRun.Ended {
        try await TestRun(["run", "--resume"] + more, in: place).end()
    }

    @Test func afterCtrlC() async throws {
        try place.hold("first")
        let run = try TestRun("slow", in: place)
        try await place.wait(for: "first.begun")
        run.send(SIGINT)
        try await run.says("stopping: running steps are finished")
        try place.release("first")
        let stopped = try await run.end()
        let hint = try #require(
            stopped.output.firstMatch(of: /To go on from here: apus run --resume (\w{4})/)
        )
        let resumed = try await resume(String(hint.1))
        #expect(resumed.status == 0, "\(resumed.output)")
        #expect(resumed.output.contains("still due: Reload"))
        #expect(place.has("second.done"))
        #expect(place.has("handler.done"))
        #expect(place.read("first.begun") == "x\n")
    }

    @Test func afterAKillInTheMiddleOfAHandlerAndAnotherOfItsResumption() async throws {
        for number in 0..<3 {
            try place.hold("handler")
            let run =
                try number == 0 ? TestRun("handler", in: place) : TestRun(["run", "--resume"], in: place)
            try await place.wait(for: "handler.begun")
            run.send(SIGKILL)
            try place.release("handler")
            try await run.end()
            try FileManager.default.removeItem(atPath: "\(place.path)/handler.begun")
        }
        let resumed = try await resume()
        #expect(resumed.status == 0, "\(resumed.output)")
        #expect(resumed.output.contains("still due: Reload"), "\(resumed.output)")
        // The handler's one task.
        #expect(resumed.output.contains("changed 1"), "\(resumed.output)")
        let again = try await resume()
        #expect(again.status == 64)
        #expect(again.output.contains("ended well: there is nothing to resume"), "\(again.output)")
    }

    @Test(
        "is refused where there is nothing to resume",
        arguments: [([], "there is no run to resume"), (["k3f9"], "there is no run «k3f9»")]
    )
    func refused(words: [String], expected: String) async throws {
        let ended = try await TestRun(["run", "--resume"] + words, in: place).end()
        #expect(ended.status == 64)
        #expect(ended.output.contains(expected), "\(ended.output)")
    }

    @Test func aRunThatStillGoesOnIsNotResumed() async throws {
        try place.hold("first")
        let run = try TestRun("slow", in: place)
        try await place.wait(for: "first.begun")
        #expect(try await resume().output.contains("still goes on"))
        try place.release("first")
        #expect(try await run.end().status == 0)
    }
}
