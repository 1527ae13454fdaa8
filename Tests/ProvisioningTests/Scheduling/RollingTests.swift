import ApusTesting
import HostInventory
import Provisioning
import Testing

@Suite("Plays roll over their hosts")
struct RollingTests {
    let scratch = try! Scratch()

    private func begun(_ reporter: CollectingReporter) -> [[String]] {
        reporter.events.compactMap { if case .playStarted(_, let hosts, _) = $0 { hosts } else { nil } }
    }

    private static let sizes: [(Play.Serial, [Int])] = [
        (Play.Serial.hosts(3), [3, 3, 2]), (.percent(25), [2, 2, 2, 2]),
        (.percent(1), [1, 1, 1, 1, 1, 1, 1, 1]),
        ([1, 2, .percent(100)], [1, 2, 5]), ([1, 3], [1, 3, 3, 1]),
    ]

    @Test(
        "in batches of these sizes",
        arguments: Self.sizes
    )
    func serial(serial: Play.Serial, sizes: [Int]) async throws {
        let (_, reporter) = try await run(
            Play("Roll", on: "all", serial: serial) { _ in Act(name: "x", script: "true") },
            on: try inventory("a\nb\nc\nd\ne\nf\ng\nh\n")
        )
        #expect(begun(reporter).map(\.count) == sizes)
    }

    @Test(
        "until too many have failed",
        arguments: [
            (Play.Quantity.hosts(0), 1), (.hosts(1), 2), (.percent(20), 2), (.hosts(2), 3), (.hosts(3), 6),
        ]
    )
    func maxFailures(most: Play.Quantity, batches: Int) async throws {
        let (_, reporter) = try await run(
            Play("Roll", on: "all", serial: 1, maxFailures: most) { host in
                Act(name: "x", script: "abc".contains(host.name) ? "exit 1" : "true")
            },
            on: try inventory("a\nb\nc\nd\ne\nf\n")
        )
        #expect(begun(reporter).count == batches)
        #expect(reporter.notices.count == (batches < 6 ? 1 : 0))
    }

    @Test func whatRunsOnceRunsOnceAndEverybodyHasItsResult() async throws {
        let path = scratch.path
        let key = ResultKey("token")
        let (recap, _) = try await run(
            Play("Once", on: "all", serial: 2) { host in
                Act(name: "token", script: "echo x >>\(path)/log; echo secret").runOnce().saving(as: key)
                Deferred("Note it") { Note(path: "\(path)/\(host.name)", text: try $0[key]) }
            },
            on: try inventory("a\nb\nc\n")
        )
        #expect(recap.exitStatus == 0)
        #expect(scratch.read("log") == "x\n")
        #expect(scratch.read("c") == "secret\n")
    }

    @Test func aDelegatedTaskIsDoneElsewhere() async throws {
        let path = scratch.path
        let counting = CountingConnector(LocalConnector())
        let (recap, _) = try await run(
            Play("Drain", on: "web") { host in
                Note(path: "\(path)/\(host.name)", text: "drained").delegate(to: "balancer")
            },
            on: try inventory("balancer\n[web]\na\nb\n"),
            connector: counting
        )
        #expect(recap.hosts.map(\.line.changed) == [1, 1])
        #expect(scratch.names == ["a", "b"])
        #expect(counting.counts(of: "balancer").connections == 1)
        #expect(counting.counts(of: "a").exchanges == 0)
    }

    @Test func aDelegateThatDoesNotAnswerFailsTheTaskAndIsNamed() async throws {
        let (recap, reporter) = try await run(
            Play("Drain", on: "web") { _ in Act(name: "drain", script: "true").delegate(to: "balancer") },
            on: try inventory("balancer\n[web]\na\n"),
            connector: LocalConnector(unreachable: ["balancer"])
        )
        let why = "cannot be told: balancer: no answer from balancer"
        #expect(reporter.results(of: "a").map(\.outcome) == [.failed(why)])
        #expect(recap.hosts[0].line.unreachable == nil)
    }

    @Test func aThrottledTaskIsDoneByOneAtATime() async throws {
        let path = scratch.path
        let (recap, _) = try await run(
            Play("License", on: "all") { host in
                Act(name: "use", script: "mkdir \(path)/busy && sleep 0.05 && rmdir \(path)/busy").throttle(1)
            },
            on: try inventory("a\nb\nc\nd\n")
        )
        #expect(recap.exitStatus == 0)
    }

    @Test("in lockstep no host is a task ahead", arguments: [1, 2, 64])
    func lockstep(forks: Int) async throws {
        var options = RunOptions()
        options.forks = forks
        let reporter = CollectingReporter()
        let hosts = try inventory("a\nb\nc\n")
        let run = Run(inventory: hosts, connector: LocalConnector(), options: options, reporter: reporter)
        let play = Play("Step", on: "all", strategy: .lockstep) { host in
            for number in 1...3 where number != 2 || host.name != "b" {
                Act(name: "\(number)", script: host.name == "a" ? "sleep 0.05" : "true").named("\(number)")
            }
        }
        let recap = try await run([Playbook("test") { play }])
        #expect(recap.exitStatus == 0)
        var headings: [String: [String]] = [:]
        var order: [String] = []
        for event in reporter.events {
            switch event {
            case .planned(let host, let tasks): headings[host] = tasks.map(\.heading)
            case .taskFinished(let host, let task, _): order.append(headings[host]?[task] ?? "?")
            default: break
            }
        }
        #expect(order == order.sorted())
        #expect(order.count == 8)
    }

    @Test func aSeedGivesTheSameOrderAgain() async throws {
        func order(_ seed: UInt64) async throws -> [[String]] {
            let play = Play("Shuffle", on: "all", order: .shuffled(seed: seed)) { _ in
                Act(name: "x", script: "true")
            }
            let (_, reporter) = try await run(play, on: try inventory("a\nb\nc\nd\ne\nf\n"))
            #expect(reporter.notices == ["play «Shuffle»: hosts are shuffled with seed \(seed)"])
            return begun(reporter)
        }
        let first = try await order(7)
        #expect(try await order(7) == first)
        #expect(try await order(8) != first)
    }
}
