import ApusTesting
import HostInventory
import Provisioning
import Testing

@Suite("Tasks are conditional, repeated, grouped and chosen")
struct TaskTests {
    let scratch = try! Scratch()

    private func outcomes(
        check: Bool = false,
        options: RunOptions = RunOptions(),
        @TaskBuilder _ tasks: @escaping @Sendable () throws -> [Play.Task]
    ) async throws -> [TaskResult.Outcome] {
        var options = options
        options.check = check
        let reporter = CollectingReporter()
        let hosts = try inventory("one\n")
        let run = Run(inventory: hosts, connector: LocalConnector(), options: options, reporter: reporter)
        let play = Play("Test", on: "all") { _ in try tasks() }
        _ = try await run([Playbook("test") { play }])
        return reporter.results(of: "one").map(\.outcome)
    }

    @Test func aRescueTakesAFailureUpAndAlwaysRuns() async throws {
        let path = scratch.path
        let (recap, _) = try await run(
            Play("Blocks", on: "all") { _ in
                Block {
                    Act(name: "fail", script: "exit 1")
                    Act(name: "left out", script: "touch \(path)/body")
                } rescue: {
                    Act(name: "rescue", script: "touch \(path)/rescue")
                } always: {
                    Act(name: "always", script: "touch \(path)/always")
                }
                Act(name: "after", script: "touch \(path)/after")
            },
            on: try inventory("one\n")
        )
        #expect(scratch.names == ["after", "always", "rescue"])
        #expect(recap.exitStatus == 0)
        #expect(recap.hosts[0].line.rescued == 1)
    }

    @Test func alwaysRunsAlsoWhereNothingRescuesAndTheHostIsOutThen() async throws {
        let path = scratch.path
        let (recap, _) = try await run(
            Play("Blocks", on: "all") { _ in
                Block {
                    Block {
                        Act(name: "fail", script: "exit 1")
                    } always: {
                        Act(name: "inner", script: "touch \(path)/inner")
                    }
                    Act(name: "not", script: "touch \(path)/not")
                } always: {
                    Act(name: "outer", script: "touch \(path)/outer")
                }
                Block {
                    Act(name: "never", script: "true")
                } always: {
                    Act(name: "never", script: "touch \(path)/never")
                }
            },
            on: try inventory("one\n")
        )
        #expect(scratch.names == ["inner", "outer"])
        #expect(recap.exitStatus == 2)
    }

    @Test func aDeferredTaskReadsWhatAnEarlierOneWrote() async throws {
        let path = scratch.path
        let version = ResultKey<Int>("version") { try #require(Int($0.text.dropLast())) }
        @TaskBuilder @Sendable func tasks() -> [Play.Task] {
            Act(name: "ask", script: "echo 42").saving(as: version)
            Deferred("Write it") { Note(path: "\(path)/version", text: "\(try $0[version])") }
            Act(name: "not", script: "touch \(path)/not").when { try $0[version] < 42 }
        }
        let predicted = try await outcomes(check: true, tasks)
        #expect(predicted.first == .changed)
        let why = "depends on a result: the result «version» is known only after the run"
        #expect(predicted.dropFirst() == [.unknown(why), .unknown(why)])
        #expect(scratch.names == [])
        let done = try await outcomes(tasks)
        #expect(done == [.changed, .changed, .skipped("its condition does not hold")])
        #expect(scratch.read("version") == "42\n")
    }

    @Test(
        "a result has the type that its key reads, or fails the task that reads it",
        arguments: [("42", TaskResult.Outcome.changed), ("many", .failed("«many» is no number"))]
    )
    func typed(text: String, outcome: TaskResult.Outcome) async throws {
        let path = scratch.path
        let count = ResultKey("count") { output -> Int in
            let word = output.lines.first.map(String.init) ?? ""
            guard let number = Int(word) else { throw ObservationError("«\(word)» is no number") }
            return number
        }
        let outcomes = try await outcomes {
            Act(name: "count", script: "echo \(text)").saving(as: count)
            Deferred("Double it") { Note(path: "\(path)/double", text: "\(try $0[count] * 2)") }
        }
        #expect(outcomes == [.changed, outcome])
        #expect(scratch.read("double") == (outcome == .changed ? "84\n" : nil))
    }

    @Test func itsNextTryComesAfterTheDelay() async throws {
        let delay = Duration.milliseconds(100)
        let start = ContinuousClock.now
        _ = try await outcomes { Act(name: "fail", script: "exit 1").retry(times: 2, delay: delay) }
        #expect(start.duration(to: .now) >= delay * 2)
    }

    @Test("is tried again as often as allowed", arguments: [(1, false), (2, true)])
    func retries(times: Int, succeeds: Bool) async throws {
        let path = scratch.path
        let outcomes = try await outcomes {
            Act(name: "third time", script: "echo x >>\(path)/log; [ $(wc -l <\(path)/log) = 3 ]")
                .retry(times: times, delay: .zero)
        }
        #expect((outcomes == [.changed]) == succeeds)
        #expect(scratch.read("log")?.count == 2 * (times + 1))
    }

    @Test func isRepeatedUntilItSaysWhatIsWaitedFor() async throws {
        let path = scratch.path
        let outcomes = try await outcomes {
            Act(name: "count", script: "echo x >>\(path)/log; wc -l <\(path)/log")
                .retry(times: 5, delay: .zero) { $0.text.contains("2") }
        }
        #expect(outcomes == [.changed])
        #expect(scratch.read("log") == "x\nx\n")
    }

    @Test func theEnvironmentIsTheTasksOwn() async throws {
        let path = scratch.path
        _ = try await outcomes {
            Act(name: "set", script: "echo \"$WORD\" >\(path)/set").exporting(["WORD": "it's $HOME"])
            Act(name: "unset", script: "echo \"${WORD-none}\" >\(path)/unset")
        }
        #expect(scratch.read("set") == "it's $HOME\n")
        #expect(scratch.read("unset") == "none\n")
    }

    @Test(
        "tags choose",
        arguments: [
            (TagSelection(), ["always", "block", "plain", "web"]),
            (TagSelection(only: ["web"]), ["always", "block", "web"]),
            (TagSelection(only: ["never"]), ["always", "never"]),
            (TagSelection(skipped: ["web"]), ["always", "plain"]),
        ]
    )
    func tags(selection: TagSelection, done: [String]) async throws {
        let path = scratch.path
        var options = RunOptions()
        options.tags = selection
        @Sendable func touch(_ name: String) -> Act { Act(name: name, script: "touch \(path)/\(name)") }
        _ = try await outcomes(options: options) {
            touch("plain")
            touch("web").tagged("web")
            Block { touch("block") }.tagged("web")
            touch("always").tagged("always")
            touch("never").tagged("never")
        }
        #expect(scratch.names == done)
    }

    @Test func startsAtATaskAndAsksBeforeEach() async throws {
        let path = scratch.path
        var options = RunOptions()
        options.startAt = "Second"
        options.confirm = { _, task in task == "Third" ? .skip : .run }
        _ = try await outcomes(options: options) {
            for name in ["First", "Second", "Third", "Fourth"] {
                Act(name: name, script: "touch \(path)/\(name)").named(name)
            }
        }
        #expect(scratch.names == ["Fourth", "Second"])
    }

    @Test func aStepThatTakesLongerThanItsTaskAllowsIsEnded() async throws {
        let path = scratch.path
        let outcomes = try await outcomes {
            Act(name: "slow", script: "sleep 30; touch \(path)/late").within(.zero)
        }
        #expect(outcomes == [.failed("slow: did not end within 0 s and was ended")])
        #expect(scratch.names == [])
    }
}
