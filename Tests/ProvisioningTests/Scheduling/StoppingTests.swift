import ApusTesting
import HostInventory
import Synchronization
import Testing

@testable import Provisioning

@Suite("Plays that stop clear up behind them")
struct StoppingTests {
    let scratch = try! Scratch()

    @Test func aFailureElsewhereLeavesNothingButWhatAlwaysRuns() async throws {
        let touch = Touch(folder: scratch.path)
        let (recap, _) = try await run(
            Play("Drain", on: "all", anyFailureStopsAll: true, strategy: .lockstep) { host in
                Block {
                    touch("drained")
                    Act(name: "work", script: host.name == "a" ? "exit 1" : "true")
                    if host.name == "b" { touch("more") }
                } always: {
                    touch("undrained-\(host.name)")
                }
                Block {
                    touch("later")
                } always: {
                    touch("later")
                }
            },
            on: try inventory("a\nb\n")
        )
        #expect(scratch.names == ["drained", "undrained-a", "undrained-b"])
        #expect(recap.exitStatus == 2)
    }

    @Test(
        "the first host that is out stops the others where they are, and the plays after it, where that is asked for",
        arguments: [true, false],
        [true, false]
    )
    func anyFailure(stopsAll: Bool, isLost: Bool) async throws {
        let isOut = Signal()
        let done = Mutex<[String]>([])
        let fleet = FakeFleet { host, script in
            guard host == "b" else {
                if isLost { throw TransportError(.lost, "gone") }
                return ShellOutput(status: 1)
            }
            if script.trimmed == "first" { try await isOut.wait() }
            done.withLock { $0.append(script.trimmed) }
            return ShellOutput()
        }
        let run = Run(
            inventory: try inventory("a\nb\n"),
            connector: fleet,
            options: RunOptions(),
            reporter: Hook { event in
                if case .hostFinished("a", _) = event { isOut.fire() }
            }
        )
        let plays = [
            Play("Go", on: "all", anyFailureStopsAll: stopsAll) { _ in
                Scripted(name: "first")
                Scripted(name: "second")
            },
            Play("Go on", on: "b") { _ in Scripted(name: "third") },
        ]
        let recap = try await run([Playbook("test") { for play in plays { play } }])
        #expect(recap.exitStatus == (isLost ? 4 : 2))
        #expect(done.withLock(\.self) == (stopsAll ? ["first"] : ["first", "second", "third"]))
    }

    @Test(
        "in the middle of a batch, hosts that wait are woken",
        arguments: [Play.Strategy.independent, .lockstep]
    )
    func cancelled(strategy: Play.Strategy) async throws {
        let path = scratch.path
        let hosts = try inventory("a\nb\nc\nd\n")
        let work = Task {
            try await run(
                Play("Wait", on: "all", strategy: strategy) { host in
                    if host.name == "d" { Act(name: "own", script: "touch \(path)/d; sleep 60") }
                    Act(name: "once", script: "touch \(path)/\(host.name); sleep 60").runOnce()
                    Act(name: "few", script: "sleep 60").throttle(1)
                },
                on: hosts
            )
        }
        while !scratch.names.contains("d") { try await Task.sleep(for: .milliseconds(5)) }
        work.cancel()
        let (recap, _) = try await work.value
        #expect(recap.wasStopped)
    }

    @Test(.timeLimit(.minutes(1)))
    func interruptedATaskIsNotTriedAgainNorIsItsNextTryWaitedFor() async throws {
        let path = scratch.path
        let options = RunOptions()
        let interruption = options.interruption
        let collected = CollectingReporter()
        let run = Run(
            inventory: try inventory("a\n"),
            connector: LocalConnector(),
            options: options,
            reporter: Reporters([
                collected,
                Hook {
                    if case .progress(_, _, "attempt 1 of 3 failed: try: status 1, without a word") = $0 {
                        interruption.request()
                    }
                },
            ])
        )
        let play = Play("Try", on: "all") { _ in
            Act(name: "try", script: "echo x >>\(path)/tries; exit 1").retry(times: 2, delay: .seconds(3600))
        }
        let recap = try await run([Playbook("test") { play }])
        #expect(recap.exitStatus == 130)
        #expect(scratch.read("tries") == "x\n")
        #expect(collected.results(of: "a").count == 1)
    }

    @Test func interruptedHostsThatWaitForAPlaceBeginNothing() async throws {
        let path = scratch.path
        var options = RunOptions()
        let interruption = Interruption()
        options.interruption = interruption
        options.forks = 2
        let reporter = CollectingReporter()
        let hosts = try inventory("a\nb\nc\nd\n")
        let run = Run(inventory: hosts, connector: LocalConnector(), options: options, reporter: reporter)
        let play = Play("Wait", on: "all", serial: 3) { host in
            Act(
                name: "few",
                script: "touch \(path)/\(host.name); until [ -e \(path)/go ]; do sleep 0.01; done"
            )
            .throttle(1)
        }
        let work = Task { try await run([Playbook("test") { play }]) }
        while scratch.names.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        interruption.request()
        try scratch.write("go", "")
        let recap = try await work.value
        #expect(scratch.names.count == 2)
        #expect(recap.exitStatus == 130)
        #expect(reporter.notices.last == "play «Wait» was stopped; not begun: c, d")
    }
}

@Suite("Hosts have their turn in the order asked for")
struct OrderTests {
    @Test(
        "which is said to be",
        arguments: [
            (Play.Order.pattern, "c a b"), (.inventory, "a b c"), (.reverse, "c b a"),
            (.explicit(["b"]), "b c a"),
        ]
    )
    func order(order: Play.Order, names: String) async throws {
        var options = RunOptions()
        options.forks = 1
        let (_, reporter) = try await run(
            Play("Order", on: "c,a,b", order: order) { _ in Act(name: "x", script: "true") },
            on: try inventory("a\nb\nc\n"),
            options: options
        )
        let said = reporter.events.compactMap {
            if case .playStarted(_, let hosts, _) = $0 { hosts } else { nil }
        }
        let begun = reporter.events.compactMap {
            if case .taskStarted(let host, _) = $0 { host } else { nil }
        }
        #expect(said == [begun])
        #expect(begun == names.split(separator: " ").map(String.init))
    }

    @Test func anOrderThatNamesAnUnknownHostIsFoundBeforeAnyHostIsTouched() async throws {
        let error = await #expect(throws: PreflightError.self) {
            try await run(
                Play("Order", on: "all", order: .explicit(["wbe1"])) { _ in Act(name: "x", script: "true") },
                on: try inventory("web1\n")
            )
        }
        let wanted = "its order names «wbe1», which the inventory does not have; did you mean 'web1'?"
        #expect(error?.description.contains(wanted) == true)
    }
}
