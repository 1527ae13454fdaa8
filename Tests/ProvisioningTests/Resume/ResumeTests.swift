import ApusTesting
import Foundation
import HostInventory
import Provisioning
import Testing

@Suite("A run that failed or was killed is resumed, and no handler that is due is lost")
struct ResumeTests {
    let scratch = try! Scratch()

    /// A run of `play` by `controller`, after `progress`.
    private func resume(
        _ plays: Play...,
        after progress: RunProgress?,
        on hosts: String = "one\n",
        by controller: MortalController = MortalController()
    ) async throws -> Recap {
        var options = RunOptions()
        options.resume = progress
        return try await Run(
            inventory: try inventory(hosts),
            connector: controller,
            options: options,
            reporter: controller
        )([Playbook("test") { for play in plays { play } }])
    }

    private func progress(_ controller: MortalController, after earlier: RunProgress? = nil) -> RunProgress {
        controller.events.reduce(into: earlier ?? RunProgress()) { $0.note($1) }
    }

    /// What handlers do must follow what tasks did, and an action that was done is not done again.
    private func play(in path: String) -> Play {
        let copy = Handler("Copy") {
            Act(name: "first", script: "cat \(path)/config >\(path)/copy")
            Note(path: "\(path)/mark", text: "x").notify(
                Handler("Inner") { Act(name: "inner", script: "touch \(path)/inner") }
            )
        }
        let other = Handler("Other") { Act(name: "other", script: "touch \(path)/other") }
        return Play("Configure", on: "all") { _ in
            Note(path: "\(path)/config", text: "x").notify(copy)
            Act(name: "count", script: "echo x >>\(path)/count")
            Note(path: "\(path)/second", text: "x").notify(other)
        }
    }

    private static let complete = ["config", "copy", "count", "inner", "mark", "other", "second"]

    @Test("wherever it is killed, twice", .timeLimit(.minutes(2)), arguments: [false, true])
    func killed(midStep: Bool) async throws {
        let whole = MortalController()
        _ = try await resume(play(in: scratch.path), after: nil, by: whole)
        #expect(scratch.names == Self.complete)
        var lostWithoutResume = 0
        for lifetime in 1..<whole.events.count {
            let place = try Scratch()
            let play = play(in: place.path)
            let first = MortalController(after: lifetime, midStep: midStep)
            _ = try await resume(play, after: nil, by: first)
            var progress = progress(first)
            let second = MortalController(after: 1 + lifetime * 7 % whole.events.count, midStep: midStep)
            _ = try await resume(play, after: progress, by: second)
            progress = self.progress(second, after: progress)
            let recap = try await resume(play, after: progress)
            #expect(recap.exitStatus == 0, "killed after event \(lifetime)")
            #expect(place.names == Self.complete, "killed after event \(lifetime)")
            // Only what nobody heard the end of is done again.
            let counts = (first.events + second.events).count { event in
                if case .changeBegun(_, 1) = event { true } else { false }
            }
            #expect((place.read("count")?.split(separator: "\n").count ?? 0) <= 1 + counts)

            let forgetful = try Scratch()
            _ = try await resume(
                self.play(in: forgetful.path),
                after: nil,
                by: MortalController(after: lifetime, midStep: midStep)
            )
            _ = try await resume(self.play(in: forgetful.path), after: nil)
            if forgetful.names != Self.complete { lostWithoutResume += 1 }
        }
        #expect(lostWithoutResume > 0)
    }

    @Test func goesOnAtTheTaskThatFailed() async throws {
        let path = scratch.path
        let reload = Handler("Reload") { Act(name: "reload", script: "echo x >>\(path)/reloaded") }
        let play = Play("Configure", on: "all") { _ in
            Note(path: "\(path)/config", text: "x").notify(reload)
            Act(name: "once", script: "echo x >>\(path)/once")
            Act(name: "fragile", script: "[ -e \(path)/mended ]")
            Act(name: "last", script: "echo x >>\(path)/last")
        }
        let first = MortalController()
        #expect(try await resume(play, after: nil, by: first).exitStatus == 2)
        #expect(scratch.names == ["config", "once"])
        try scratch.write("mended", "")
        let second = MortalController()
        #expect(try await resume(play, after: progress(first), by: second).exitStatus == 0)
        for file in ["once", "last", "reloaded"] { #expect(scratch.read(file) == "x\n", "\(file)") }
        #expect(
            second.events.contains {
                if case .notice("one", "still due: Reload") = $0 { true } else { false }
            }
        )
    }

    @Test func aHandlerThatFailedRunsAgain() async throws {
        let path = scratch.path
        let play = Play("Configure", on: "all") { _ in
            Note(path: "\(path)/config", text: "x").notify(
                Handler("Reload") {
                    Act(name: "reload", script: "[ -e \(path)/mended ] && touch \(path)/reloaded")
                }
            )
        }
        let first = MortalController()
        #expect(try await resume(play, after: nil, by: first).exitStatus == 2)
        try scratch.write("mended", "")
        #expect(try await resume(play, after: progress(first)).exitStatus == 0)
        #expect(scratch.names.contains("reloaded"))
    }

    @Test func hostsThatAreDoneAreNotVisited() async throws {
        let path = scratch.path
        let play = Play("Configure", on: "all") { host in
            Act(name: "count", script: "echo x >>\(path)/\(host.name)")
            if host.name == "two" { Act(name: "fragile", script: "[ -e \(path)/mended ]") }
        }
        let last = Play("Last", on: "all") { Act(name: "last", script: "touch \(path)/last-\($0.name)") }
        let first = MortalController()
        _ = try await resume(play, last, after: nil, on: "one\ntwo\n", by: first)
        try scratch.write("mended", "")
        let second = MortalController()
        _ = try await resume(play, last, after: progress(first), on: "one\ntwo\n", by: second)
        #expect(scratch.names == ["last-one", "last-two", "mended", "one", "two"])
        let connected = second.events.compactMap {
            if case .connected(let host, _) = $0 { host } else { nil }
        }
        #expect(connected == ["two"])
    }

    @Test func whatACommandWroteIsAskedForAgain() async throws {
        let path = scratch.path
        let version = ResultKey<String>("version")
        let play = Play("Read", on: "all") { _ in
            Act(name: "read", script: "echo 42").saving(as: version)
            Act(name: "fragile", script: "[ -e \(path)/mended ]")
            Deferred("Write") { Note(path: "\(path)/version", text: try $0[version]) }
        }
        let first = MortalController()
        _ = try await resume(play, after: nil, by: first)
        try scratch.write("mended", "")
        _ = try await resume(play, after: progress(first))
        #expect(scratch.read("version") == "42\n")
    }

    @Test("what is remembered must mean something", arguments: ["handler", "task", "host", "play"])
    func refused(change: String) async throws {
        let path = scratch.path
        let first = MortalController()
        let before = Play("Configure", on: "all") { _ in
            Note(path: "\(path)/config", text: "x").notify(
                Handler("Reload") { Act(name: "r", script: "true") }
            )
            Act(name: "done", script: "true")
            Act(name: "fail", script: "exit 1")
        }
        _ = try await resume(before, after: nil, by: first)
        let after = Play(change == "play" ? "Other" : "Configure", on: "all") { _ in
            let name = change == "handler" ? "Restart" : "Reload"
            Note(path: "\(path)/config", text: "x").notify(Handler(name) { Act(name: "r", script: "true") })
            if change != "task" { Act(name: "done", script: "touch \(path)/touched") }
            Act(name: "fail", script: "true")
        }
        let error = await #expect(throws: PreflightError.self) {
            try await resume(after, after: progress(first), on: change == "host" ? "two\n" : "one\n")
        }
        let said = [
            "handler": "the handler «Reload», which is due", "task": "Act[done]",
            "host": "not among its hosts",
            "play": "no such play",
        ]
        #expect(error?.description.contains(said[change] ?? "?") == true, "\(String(describing: error))")
        #expect(!scratch.names.contains("touched"))
    }

    @Test func isKeptAsJSON() throws {
        let task = TaskID(
            play: "P",
            handler: nil,
            role: nil,
            resource: ResourceID(kind: "File", name: "/x"),
            occurrence: 1
        )
        var progress = RunProgress()
        progress.note(.planned(host: "a", tasks: [PlannedTask(id: task, heading: "x")]))
        progress.note(.changeBegun(host: "a", task: 0))
        progress.note(.handlersPending(host: "a", handlers: ["Reload"]))
        let read = try JSONDecoder().decode(RunProgress.self, from: JSONEncoder().encode(progress))
        #expect("\(read)".contains("Reload"))
    }
}
