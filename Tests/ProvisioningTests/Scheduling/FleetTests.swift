import ApusTesting
import HostInventory
import Synchronization
import Testing

@testable import Provisioning

/// A fleet that notes what its hosts begin and end.
final class NotedFleet: Sendable {
    struct Note {
        let host: String
        let name: String
        let isEnd: Bool
    }

    private let stored = Mutex<[Note]>([])
    let play: RandomPlay

    init(_ play: RandomPlay) { self.play = play }

    var notes: [Note] { stored.withLock { $0 } }
    var begun: [Note] { notes.filter { !$0.isEnd } }

    func names(on host: String) -> [String] { begun.filter { $0.host == host }.map(\.name) }

    private func note(_ host: String, _ name: String, isEnd: Bool) {
        stored.withLock { $0.append(Note(host: host, name: name, isEnd: isEnd)) }
    }

    /// Runs the play; `change` says how.
    func run(
        serial: Play.Serial? = nil,
        maxFailures: Play.Quantity? = nil,
        strategy: Play.Strategy = .independent,
        forks: Int = 64,
        fates: [String: FakeFleet.Fate] = [:],
        _ reporter: CollectingReporter = CollectingReporter()
    ) async throws -> Recap {
        let random = play
        let failing = Dictionary(
            uniqueKeysWithValues: (random.tasks + random.handlers.values).map { ($0.name, $0.failing) }
        )
        let fleet = FakeFleet(fates: fates) { host, script in
            let name = script.trimmed
            self.note(host, name, isEnd: false)
            await Task.yield()
            self.note(host, name, isEnd: true)
            return ShellOutput(status: failing[name]?.contains(host) == true ? 1 : 0)
        }
        var options = RunOptions()
        options.forks = forks
        let inventory = try inventory(random.hosts.joined(separator: "\n") + "\n")
        let run = Run(inventory: inventory, connector: fleet, options: options, reporter: reporter)
        let play = Play("Random", on: "all", serial: serial, maxFailures: maxFailures, strategy: strategy) {
            _ in
            random.playTasks
        }
        return try await run([Playbook("random") { play }])
    }
}

@Suite("Random plays on simulated fleets keep what is promised, whatever the seed")
struct FleetTests {
    private static let seeds = UInt64(1)...50

    @Test("each host does what a plain reading of its play says", arguments: seeds)
    func plainReading(seed: UInt64) async throws {
        var chance = SeededGenerator(seed: seed)
        let fleet = NotedFleet(RandomPlay([.handlers, .runOnce], by: &chance))
        let reporter = CollectingReporter()
        let recap = try await fleet.run(forks: Int.random(in: 1...6, using: &chance), reporter)
        let expected = expectPlainReading(of: fleet, seed)
        for (host, line) in zip(expected, recap.hosts.map(\.line)) {
            #expect(pending(on: host.host, reporter) == host.pending, "seed \(seed)")
            #expect(host.isWell || line.failed > 0, "seed \(seed)")
        }
        for task in fleet.play.tasks {
            #expect(mostAtOnce(task.name, fleet) <= task.throttle ?? .max, "seed \(seed): \(task.name)")
        }
    }

    /// - Returns: what each host was to do, and did.
    private func expectPlainReading(of fleet: NotedFleet, _ seed: UInt64) -> [ExpectedHost] {
        let once = Set(fleet.play.tasks.filter(\.runsOnce).map(\.name))
        let expected = fleet.play.hosts.map { ExpectedHost($0, in: fleet.play) }
        for host in expected {
            #expect(fleet.names(on: host.host).filter { !once.contains($0) } == host.done, "seed \(seed)")
        }
        for name in once {
            let isDue = expected.contains { $0.cameToOnce.contains(name) }
            #expect(fleet.begun.count { $0.name == name } == (isDue ? 1 : 0), "seed \(seed): \(name)")
        }
        return expected
    }

    private func pending(on host: String, _ reporter: CollectingReporter) -> Set<String> {
        reporter.events.reduce([]) { last, event in
            if case .handlersPending(host, let handlers) = event { Set(handlers) } else { last }
        }
    }

    private func mostAtOnce(_ name: String, _ fleet: NotedFleet) -> Int {
        var (now, most) = (0, 0)
        for note in fleet.notes where note.name == name {
            now += note.isEnd ? -1 : 1
            most = max(most, now)
        }
        return most
    }

    @Test(
        "a roll keeps the order of its batches, and stops exactly where too many have failed",
        arguments: seeds
    )
    func rolls(seed: UInt64) async throws {
        var chance = SeededGenerator(seed: seed)
        let fleet = NotedFleet(RandomPlay(hosts: 8, [.handlers], by: &chance))
        let hosts = fleet.play.hosts
        let sizes = (0..<3).map { _ in Play.Quantity.hosts(Int.random(in: 1...3, using: &chance)) }
        let most = Int.random(in: 0...3, using: &chance)
        let dead = hosts.randomElement(using: &chance) ?? ""
        _ = try await fleet.run(
            serial: .batches(sizes),
            maxFailures: .hosts(most),
            fates: [dead: FakeFleet.Fate(isUnreachable: true)]
        )
        var lost = 0
        var before: [String] = []
        for batch in Play.Serial.batches(sizes).batches(of: hosts) {
            let expected = batch.map {
                lost > most || $0 == dead ? [] : ExpectedHost($0, in: fleet.play).done
            }
            #expect(
                batch.map(fleet.names(on:)) == expected,
                "seed \(seed): \(batch), \(lost) lost of \(most)"
            )
            let first = fleet.notes.firstIndex { batch.contains($0.host) }
            let last = fleet.notes.lastIndex { before.contains($0.host) }
            if let first, let last { #expect(last < first, "seed \(seed)") }
            lost += batch.count { $0 == dead || !ExpectedHost($0, in: fleet.play).isWell }
            before += batch
        }
    }

    @Test("in lockstep no host is ever ahead", arguments: seeds)
    func lockstep(seed: UInt64) async throws {
        var chance = SeededGenerator(seed: seed)
        let fleet = NotedFleet(RandomPlay([.runOnce], by: &chance))
        _ = try await fleet.run(strategy: .lockstep, forks: Int.random(in: 1...6, using: &chance))
        _ = expectPlainReading(of: fleet, seed)
        let order = fleet.play.tasks.map(\.name)
        let positions = fleet.notes.compactMap { order.firstIndex(of: $0.name) }
        #expect(positions == positions.sorted(), "seed \(seed)")
    }

    @Test("a host that is lost holds up and spoils no other", arguments: seeds)
    func losses(seed: UInt64) async throws {
        var chance = SeededGenerator(seed: seed)
        let fleet = NotedFleet(RandomPlay([.handlers], by: &chance))
        let hosts = fleet.play.hosts
        var fates = Dictionary(
            uniqueKeysWithValues: hosts.map { host in
                (host, FakeFleet.Fate(latency: .microseconds(Int.random(in: 0...500, using: &chance))))
            }
        )
        let lost = hosts.randomElement(using: &chance) ?? ""
        fates[lost]?.losesExchange = Int.random(in: 1...6, using: &chance)
        let strategy = Bool.random(using: &chance) ? Play.Strategy.lockstep : .independent
        let recap = try await fleet.run(strategy: strategy, forks: 3, fates: fates)
        for (host, line) in zip(hosts, recap.hosts.map(\.line)) {
            let done = fleet.names(on: host)
            let expected = ExpectedHost(host, in: fleet.play).done
            if line.unreachable == nil {
                #expect(done == expected, "seed \(seed)")
            } else {
                #expect(host == lost && done == Array(expected.prefix(done.count)), "seed \(seed)")
            }
        }
    }
}

@Suite("Single hosts of a simulated fleet go through bad times")
struct FateTests {
    @Test func aRebootIsOverWhenAnotherBootAnswers() async throws {
        let fleet = FakeFleet(fates: ["a": .init(refusalsAfterReboot: 2)]) { _, _ in ShellOutput() }
        let (recap, _) = try await run(
            Play("Reboot", on: "all", serial: 1) { _ in
                Restart()
                Scripted(name: "after")
            },
            on: try inventory("a\nb\n"),
            connector: fleet
        )
        #expect(recap.hosts.map(\.line.changed) == [2, 2])
        #expect(["a", "b"].map(fleet.reboots) == [1, 1])
    }

    @Test(
        "one that hangs is given up when its step's time is over, and the others come to their end",
        arguments: [Play.Strategy.independent, .lockstep]
    )
    func hanging(strategy: Play.Strategy) async throws {
        let fleet = FakeFleet(fates: ["b": .init(hangsInExchange: 1)]) { _, _ in ShellOutput() }
        let (recap, reporter) = try await run(
            Play("Hang", on: "all", strategy: strategy) { host in
                Scripted(name: "x").within(host.name == "b" ? .zero : .seconds(600))
                Scripted(name: "y")
            },
            on: try inventory("a\nb\nc\n"),
            connector: fleet
        )
        let overdue = TaskResult.Outcome.failed("x: did not end within 0 s and was ended")
        #expect(reporter.results(of: "b").map(\.outcome) == [overdue])
        #expect(recap.hosts.map(\.line.changed) == [2, 0, 2])
    }

    @Test func aRunWithAHostThatHangsCanBeCancelled() async throws {
        let fleet = FakeFleet(fates: ["a": .init(hangsInExchange: 1)]) { _, _ in ShellOutput() }
        let reporter = CollectingReporter()
        let hosts = try inventory("a\nb\n")
        let work = Task {
            try await run(
                Play("Hang", on: "all") { _ in Scripted(name: "x").runOnce() },
                on: hosts,
                connector: fleet,
                reporter: reporter
            )
        }
        while !reporter.events.contains(where: { if case .taskStarted = $0 { true } else { false } }) {
            await Task.yield()
        }
        work.cancel()
        #expect(try await work.value.recap.wasStopped)
    }
}

private struct Restart: Resource {
    let name = "now"
    var isAction: Bool { true }
    var probe: Probe<Void> { .constant(()) }
    func plan(from state: Void) -> Plan { .change([Step("reboot", .reboot)], Difference()) }
}
