import CanaryTestSupport
import Foundation
import Testing

@Suite("No verb writes a secret anywhere")
struct CanaryTests {
    let place = try! TestPlace()

    @Test func onThisMachine() async throws {
        let place = place
        let target = place.path + "/target"
        let story = CanaryStory(
            place: place.path,
            target: target,
            options: ["--host-folder", place.path + "/host"],
            searched: place.path + "/host",
            apus: { words in try await TestRun(words, in: place).end().output },
            host: { script in try await Self.shell(script) }
        )
        try await story.prepare(
            hosts: "here ansible_connection=local canary_folder=\(target)\n"
        )
        try await story.look()
        try await story.runAndResume()
        #expect(place.read("target/file") == "\(await story.text(of: "file"))")
        #expect(place.read("target/line") == "password=\(await story.text(of: "line"))\n")
        try await story.planAndApply()
        #expect(place.read("target/tree/key") == "\(await story.text(of: "tree"))")
        let stepped = try await stepByStep(inventory: await story.inventory)
        await story.search(stepped, "what `apus run --step` wrote")
        try await story.lookBack()
        let leaks = await story.leaks
        #expect(leaks == [])
    }

    /// A run at a terminal, where somebody is asked before the first task.
    private func stepByStep(inventory: [String]) async throws -> String {
        let terminal = try TestTerminal()
        let words = ["run", "canary", "--step", "--diff", "-v", "--host-folder", place.path + "/host"]
        let run = try TestRun(words + inventory, in: place, at: terminal)
        try await run.says("(q)uit: ")
        try terminal.type("continue")
        let ended = try await run.end()
        #expect(ended.status == 0, "\(ended.output)")
        return ended.output
    }

    /// - Throws: where it ends with another status than 0.
    private static func shell(_ script: String) async throws -> String {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-s"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // Not in its arguments, which are searched too.
        try input.fileHandleForWriting.write(contentsOf: Data(script.utf8))
        try input.fileHandleForWriting.close()
        return try await withCheckedThrowingContinuation { done in
            Thread.detachNewThread {
                let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                process.waitUntilExit()
                let failure = ShellFailure(script: script, status: process.terminationStatus)
                done.resume(with: failure.status == 0 ? .success(text) : .failure(failure))
            }
        }
    }

    private struct ShellFailure: Error {
        let script: String
        let status: Int32
    }
}
