import ApusTesting
import HostInventory
import Provisioning
import Testing

@Suite("A host is brought into the desired state")
struct ConvergenceTests {
    let scratch = try! Scratch()

    private func notes(_ texts: [String]) -> [Note] {
        texts.enumerated().map { Note(path: "\(scratch.path)/\($0)", text: $1) }
    }

    private func play(_ notes: [Note]) -> Play {
        Play("Write notes", on: "all") { _ in for note in notes { note } }
    }

    @Test func theSecondRunChangesNothing() async throws {
        let hosts = try inventory("one\n")
        let play = play(notes(["a", "b c", "d'e\"$f"]))
        let first = try await run(play, on: hosts).recap
        #expect(first.hosts[0].line.changed == 3)
        #expect(scratch.read("2") == "d'e\"$f\n")
        let second = try await run(play, on: hosts).recap
        #expect(second.hosts[0].line.changed == 0)
        #expect(second.hosts[0].line.ok == 3)
        #expect(second.exitStatus == 0)
    }

    @Test func exactlyWhatWasAlteredIsRepaired() async throws {
        let hosts = try inventory("one\n")
        let play = play(notes(["a", "b", "c"]))
        _ = try await run(play, on: hosts)
        try scratch.write("1", "altered\n")
        let (_, reporter) = try await run(play, on: hosts)
        #expect(reporter.results(of: "one").map(\.outcome) == [.ok, .changed, .ok])
        #expect(scratch.read("1") == "b\n")
    }

    @Test(
        "costs an exchange for the facts that it needs, one for all probes, and one for each change; no more with the lock",
        arguments: [
            (changes: 0, facts: false, exchanges: 1),
            (changes: 0, facts: true, exchanges: 2),
            (changes: 1, facts: false, exchanges: 2),
            (changes: 3, facts: false, exchanges: 4),
            (changes: 3, facts: true, exchanges: 5),
            (changes: 10, facts: true, exchanges: 12),
        ]
    )
    func exchanges(changes: Int, facts: Bool, exchanges: Int) async throws {
        let hosts = try inventory("one\n")
        let notes = notes((0..<20).map { "note \($0)" })
        let path = scratch.path
        let play = Play("Write notes", on: "all") { host in
            if facts { Note(path: "\(path)/machine", text: try host.facts.machine) }
            for note in notes { note }
        }
        _ = try await run(play, on: hosts)
        for index in 0..<changes { try scratch.write("\(index * 2)", "altered\n") }
        let counting = CountingConnector(LocalConnector())
        let lock = HostLock(holder: "a test", since: "today", folder: scratch.path)
        let recap = try await run(play, on: hosts, connector: counting, lock: lock).recap
        #expect(recap.hosts[0].line.changed == changes)
        var counts = CountingConnector.Counts()
        (counts.connections, counts.channels, counts.exchanges) = (1, 1, exchanges)
        #expect(counting.counts(of: "one") == counts)
    }

    @Test func theLastWordOnAResourceHolds() async throws {
        let path = "\(scratch.path)/mode"
        let rolled = play([Note(path: path, text: "out"), Note(path: path, text: "in")])
        let recap = try await run(rolled, on: try inventory("one\n")).recap
        #expect(recap.exitStatus == 0)
        #expect(recap.hosts[0].line.changed == 2)
        #expect(scratch.read("mode") == "in\n")
    }

    @Test func aChangeThatDoesNotLastIsAFailure() async throws {
        let hosts = try inventory("one\n")
        let note = Note(path: "\(scratch.path)/x", text: "wanted", writes: "something else")
        let (recap, reporter) = try await run(play([note]), on: hosts)
        #expect(recap.exitStatus == 2)
        guard case .failed(let why) = reporter.results(of: "one")[0].outcome else {
            Issue.record("not a failure")
            return
        }
        #expect(why.contains("text: something else → wanted"))
    }

    @Test func whatALaterTaskUndoesIsAFailure() async throws {
        let hosts = try inventory("one\n")
        let path = "\(scratch.path)/x"
        let recap = try await run(
            Play("Fight", on: "all") { _ in
                Note(path: path, text: "one")
                Act(name: "undo", script: "echo other >\(path)")
            },
            on: hosts
        ).recap
        #expect(recap.exitStatus == 2)
    }

    @Test func aFailedStepStopsTheHostAndSaysWhatItSaid() async throws {
        let hosts = try inventory("one\ntwo\n")
        let path = scratch.path
        let (recap, reporter) = try await run(
            Play("Act", on: "all") { host in
                if host.name == "one" { Act(name: "break", script: "echo the disk is full >&2; exit 3") }
                Note(path: "\(path)/\(host.name)", text: "done")
            },
            on: hosts
        )
        #expect(recap.exitStatus == 2)
        #expect(scratch.names == ["two"])
        #expect(reporter.results(of: "one").map(\.outcome) == [.failed("break: status 3: the disk is full")])
    }

    @Test func aSyntaxErrorInAScriptHarmsNothingElse() async throws {
        let (recap, _) = try await run(
            Play("Act", on: "all") { _ in
                Act(name: "broken", script: "if then (").ignoringFailure()
                Act(name: "fine", script: "true")
            },
            on: try inventory("one\n")
        )
        #expect(recap.hosts[0].line.ignored == 1)
        #expect(recap.hosts[0].line.changed == 1)
        #expect(recap.exitStatus == 0)
    }

    @Test func aHungStepIsEndedWithEverythingItStarted() async throws {
        let marker = "\(scratch.path)/alive"
        let script = "( while :; do date +%s%N >\(marker); sleep 0.05; done ) & sleep 1000"
        let start = ContinuousClock.now
        let (recap, _) = try await run(
            Play("Act", on: "all") { _ in Act(name: "hang", script: script, deadline: .zero) },
            on: try inventory("one\n")
        )
        #expect(recap.exitStatus == 2)
        #expect(start.duration(to: .now) < .seconds(40))
        let last = scratch.read("alive")
        // Twenty of its periods: what still ran would have written again.
        try await Task.sleep(for: .seconds(1))
        #expect(scratch.read("alive") == last)
    }

    @Test func checkModeChangesNothingAndPredicts() async throws {
        let hosts = try inventory("one\n")
        let notes = notes(["a", "b"])
        _ = try await run(play([notes[0]]), on: hosts)
        let (recap, reporter) = try await run(play(notes), on: hosts, check: true)
        #expect(reporter.results(of: "one").map(\.outcome) == [.ok, .changed])
        #expect(recap.exitStatus == 0)
        #expect(scratch.names == ["0"])
    }

    @Test func checkModeSaysUnknownWhereADependencyWouldChange() async throws {
        let hosts = try inventory("one\n")
        try scratch.write("below", "fine\n")
        let above = Note(path: "\(scratch.path)/above", text: "new")
        let below = Note(path: "\(scratch.path)/below", text: "fine", dependsOn: [above.id])
        let (_, reporter) = try await run(play([above, below]), on: hosts, check: true)
        #expect(
            reporter.results(of: "one").map(\.outcome)
                == [.changed, .unknown("depends on \(above.id), which would change first")]
        )
    }

    @Test func checkModeSaysUnknownWhereAnEarlierTaskWouldChangeTheSame() async throws {
        let hosts = try inventory("one\n")
        let note = Note(path: "\(scratch.path)/note", text: "new")
        let reporter = CollectingReporter()
        _ = try await run(
            Play("First", on: "all") { _ in note },
            Play("Second", on: "all") { _ in note },
            on: hosts,
            check: true,
            reporter: reporter
        )
        #expect(
            reporter.results(of: "one").map(\.outcome)
                == [.changed, .unknown("depends on \(note.id), which would change first")]
        )
    }

    @Test func aHandlerIsSupersededByALaterChangeThatDoesTheSame() async throws {
        let hosts = try inventory("one\n")
        let log = "\(scratch.path)/log"
        let path = scratch.path
        let service = Note(path: "\(path)/service", text: "started")
        let restart = Handler("Restart", supersededBy: [service.id]) {
            Act(name: "restart", script: "echo x >>\(log)")
        }
        func play(_ text: String) -> Play {
            Play("Configure", on: "all") { _ in
                Note(path: "\(path)/configuration", text: text).notify(restart)
                service
            }
        }
        _ = try await run(play("1"), on: hosts)
        #expect(scratch.read("log") == nil)
        _ = try await run(play("2"), on: hosts)
        #expect(scratch.read("log") == "x\n")
    }

    @Test func aHandlerRunsOnceAndOnlyAfterAChange() async throws {
        let hosts = try inventory("one\n")
        let log = "\(scratch.path)/log"
        let reload = Handler("Reload") { Act(name: "reload", script: "echo reloaded >>\(log)") }
        let path = scratch.path
        let play = Play("Configure", on: "all") { _ in
            Note(path: "\(path)/a", text: "1").notify(reload)
            Note(path: "\(path)/b", text: "2").notify(reload)
        }
        _ = try await run(play, on: hosts)
        #expect(scratch.read("log") == "reloaded\n")
        _ = try await run(play, on: hosts)
        #expect(scratch.read("log") == "reloaded\n")
    }
}
