import Foundation
import Testing

@Suite("A run can be stopped at any time, and two never work on one host at once", .serialized)
struct InterruptionTests {
    let place = try! TestPlace()

    @Test func aRunThatIsLeftAloneEndsWell() async throws {
        let ended = try await TestRun("slow", in: place).end()
        #expect(ended.status == 0, "\(ended.output)")
        #expect(place.has("handler.done"))
        #expect(ended.output.contains("changed 3"))
    }

    /// Ctrl-C while the first step runs.
    private func interrupt() async throws -> TestRun.Ended {
        try place.hold("first")
        let run = try TestRun("slow", in: place)
        try await place.wait(for: "first.begun")
        run.send(SIGINT)
        try await run.says("stopping: running steps are finished")
        try place.release("first")
        return try await run.end()
    }

    @Test func afterCtrlCWhatRunsIsFinishedAndNothingNewStarts() async throws {
        let ended = try await interrupt()
        #expect(ended.status == 130)
        #expect(place.has("first.done"))
        #expect(!place.has("second.begun"))
        #expect(!place.has("handler.begun"))
        #expect(ended.output.contains("stopped before its end"), "\(ended.output)")
        #expect(ended.output.contains("not done 2"), "\(ended.output)")
        #expect(ended.output.contains("not run, since the run was stopped: Reload"))
    }

    @Test(
        "a second Ctrl-C, or SIGTERM, ends what runs on the host too, a step, a job or a file's change; nothing is left",
        arguments: ["slow", "job", "file"],
        [[SIGINT, SIGINT], [SIGTERM]]
    )
    func twice(playbook: String, signals: [Int32]) async throws {
        try place.hold("first")
        let run = try TestRun(playbook, in: place)
        try await place.wait(for: "first.begun")
        for (signal, said) in zip(signals, ["stopping:", "ending what runs"].suffix(signals.count)) {
            run.send(signal)
            try await run.says(said)
        }
        let ended = try await run.end()
        #expect(ended.status == (signals.count == 2 ? 130 : 143), "\(ended.output)")
        #expect(!ended.output.contains("Fatal"))
        #expect(ended.output.contains("not done 2"), "\(ended.output)")
        #expect(try await eventually { place.processes.isEmpty })
        #expect(!place.has("first.done"))
        #expect(place.names(in: "host/jobs") == [])
        #expect(place.names(in: "target") == [])
        try place.release("first")
        let next = try await TestRun(playbook, in: place, more: ["--lock-timeout", "0"]).end()
        #expect(next.status == 0, "\(next.output)")
    }

    @Test func aSecondRunWaitsAndSaysForWhom() async throws {
        try place.hold("first")
        let first = try TestRun("slow", in: place)
        try await place.wait(for: "first.begun")
        let second = try TestRun("slow", in: place)
        let holder = "\(NSUserName())@\(ProcessInfo.processInfo.hostName)"
        let process = "process \(first.process.processIdentifier)"
        try await second.says("\(holder), \(process), playbook slow since 20")
        try place.release("first")
        #expect(try await first.end().status == 0)
        let ended = try await second.end()
        #expect(ended.status == 0, "\(ended.output)")
        #expect(ended.output.contains("changed 0"))
        #expect(place.read("first.begun") == "x\n")
    }

    @Test func aSecondRunThatMayNotWaitFailsAndSaysWhoHasTheHost() async throws {
        try place.hold("first")
        let first = try TestRun("slow", in: place)
        try await place.wait(for: "first.begun")
        let second = try await TestRun("slow", in: place, more: ["--lock-timeout", "0"]).end()
        #expect(second.status == 2, "\(second.output)")
        #expect(second.output.contains("is in the hands of"))
        let check = try await TestRun("slow", in: place, more: ["--lock-timeout", "0", "--check"]).end()
        #expect(check.status == 0, "\(check.output)")
        try place.release("first")
        #expect(try await first.end().status == 0)
    }

    @Test func aDeadRunLeavesTheLockFree() async throws {
        try place.hold("first")
        let first = try TestRun("slow", in: place)
        try await place.wait(for: "first.begun")
        first.send(SIGKILL)
        try place.release("first")
        try await first.end()
        let second = try await TestRun("slow", in: place).end()
        #expect(second.status == 0, "\(second.output)")
    }

    @Test func twoNamesOfOneMachineAreToldApartFromTwoRuns() async throws {
        let hosts = "one ansible_connection=local\ntwo ansible_connection=local\n"
        let ended = try await TestRun("slow", in: place, hosts: hosts).end()
        #expect(ended.status == 2)
        #expect(ended.output.contains("is the same machine as"), "\(ended.output)")
        #expect(place.read("first.begun") == "x\n")
    }
}
