import ApusTesting
import HostInventory
import Provisioning
import Testing

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
        let (_, reporter) = try await run(
            Play("Order", on: "c,a,b", order: order) { _ in Act(name: "x", script: "true") },
            on: try inventory("a\nb\nc\n")
        )
        let begun = reporter.events.compactMap {
            if case .playStarted(_, let hosts, _) = $0 { hosts } else { nil }
        }
        #expect(begun == [names.split(separator: " ").map(String.init)])
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
