import ApusTesting
import Foundation
import HostInventory
import Testing

@testable import Provisioning

@Suite("A look that hangs holds up nothing but the task that asked for it")
struct HangingLookTests {
    let scratch = try! Scratch()

    /// A pipe that nobody writes to: who reads it waits for good.
    private func makePipe(_ name: String) throws -> String {
        let path = "\(scratch.path)/\(name)"
        guard mkfifo(path, 0o600) == 0 else { throw POSIXError(.EIO) }
        return path
    }

    private func run(@TaskBuilder _ tasks: @escaping @Sendable () -> [Play.Task]) async throws -> (
        results: [(heading: String, outcome: TaskResult.Outcome)], recap: Recap
    ) {
        var options = RunOptions()
        options.lookDeadline = .zero
        let reporter = CollectingReporter()
        let run = Run(
            inventory: try inventory("one\n"),
            connector: LocalConnector(),
            options: options,
            reporter: reporter
        )
        let recap = try await run([Playbook("test") { Play("Look", on: "all") { _ in tasks() } }])
        return (reporter.results(of: "one"), recap)
    }

    @Test("before anything was changed", arguments: [1, 2])
    func hanging(pipes: Int) async throws {
        let paths = try (1...pipes).map { try makePipe("pipe\($0)") }
        let path = scratch.path
        let (results, recap) = try await run {
            Note(path: "\(path)/first", text: "x").named("first")
            for pipe in paths { Note(path: pipe, text: "x").named("pipe").ignoringFailure() }
            Note(path: "\(path)/last", text: "x").named("last")
        }
        #expect(recap.exitStatus == 0, "\(results)")
        #expect(results.first?.outcome == .changed && results.last?.outcome == .changed, "\(results)")
        #expect(recap.hosts[0].line.ignored == pipes)
        for (heading, outcome) in results where heading == "pipe" {
            #expect("\(outcome)".contains("did not answer within 5 s"))
        }
        #expect(scratch.read("last") == "x\n")
    }

    @Test func behindAChangeThatWasDone() async throws {
        let pipe = "\(scratch.path)/pipe"
        let (results, _) = try await run {
            Act(name: "make", script: "mkfifo \(pipe)").named("make")
            Note(path: pipe, text: "x").named("pipe")
        }
        #expect(results.map(\.outcome).first == .changed, "\(results)")
        #expect("\(results.map(\.outcome))".contains("hangs"), "\(results)")
    }

    @Test func whatIsLargeMayTakeLonger() {
        struct Large: Observation {
            let allowance: Duration
            static func script(for subjects: [Large]) -> String { "" }
            static func answers(from output: ShellOutput, for subjects: [Large]) -> [Void] { [] }
        }
        let larges = [100, 40].map { AnyObservation(Large(allowance: .seconds($0))) }
        let batch = ObservationBatch(larges, patience: .seconds(20))
        #expect(batch.sections.map(\.deadline) == [.seconds(160)])
        #expect(batch.avoiding(0).sections.map(\.deadline) == [.seconds(115), .seconds(55)])
    }

    @Test func whatIsAloneIsGivenUpAtOnce() {
        let notes = ["a", "b"].map { AnyObservation(NoteObservation(path: $0)) }
        let batch = ObservationBatch(notes, patience: .seconds(60))
        #expect(batch.sections.count == 1)
        let apart = batch.avoiding(0)
        #expect(apart.sections.map(\.deadline) == [.seconds(35), .seconds(35)])
        let left = apart.avoiding(0)
        #expect(left.sections.count == 1)
        let output = ShellSectionOutput.ran(ShellOutput("-\n"))
        #expect(throws: ObservationError.self) { try left.answers(from: [output])[notes[0]] }
        #expect(throws: Never.self) { try left.answers(from: [output])[notes[1]] }
    }
}
