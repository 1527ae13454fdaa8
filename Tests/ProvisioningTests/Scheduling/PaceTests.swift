import ApusTesting
import HostInventory
import Synchronization
import Testing

@testable import Provisioning

@Suite("Hosts go at their own pace, as many at once as may", .timeLimit(.minutes(1)))
struct PaceTests {
    private let hosts = (1...6).map { "h\($0)" }

    private func run(_ play: Play, forks: Int = 64, on fleet: FakeFleet) async throws -> Recap {
        var options = RunOptions()
        options.forks = forks
        let inventory = try inventory(hosts.joined(separator: "\n") + "\n")
        return try await ProvisioningTests.run(play, on: inventory, connector: fleet, options: options).recap
    }

    @Test(
        "as many as `forks` says are at work, no more and no fewer",
        arguments: [Play.Strategy.independent, .lockstep],
        [1, 2, 3, 6]
    )
    func forks(strategy: Play.Strategy, forks: Int) async throws {
        let crowd = Crowd(of: forks)
        let fleet = FakeFleet { _, _ in
            try await crowd.pass()
            return ShellOutput()
        }
        let play = Play("Work", on: "all", strategy: strategy) { _ in
            Scripted(name: "first")
            Scripted(name: "second")
        }
        let recap = try await run(play, forks: forks, on: fleet)
        #expect(recap.hosts.map(\.line.changed) == hosts.map { _ in 2 })
        #expect(await crowd.most == forks)
    }

    @Test("by default a host is through with its play while another is at its first task")
    func independent() async throws {
        let others = Mutex(hosts.count - 1)
        let areThrough = Signal()
        let fleet = FakeFleet { host, script in
            if host == "h1", script.trimmed == "first" { try await areThrough.wait() }
            if host != "h1", script.trimmed == "second" {
                let left = others.withLock { left in
                    left -= 1
                    return left
                }
                if left == 0 { areThrough.fire() }
            }
            return ShellOutput()
        }
        let play = Play("Go", on: "all") { _ in
            Scripted(name: "first")
            Scripted(name: "second")
        }
        #expect(try await run(play, on: fleet).exitStatus == 0)
    }
}

/// Lets through so many at a time, and only together; counts how many there were at once.
private actor Crowd {
    private let size: Int
    private var now = 0
    private(set) var most = 0
    private var waiting: [Signal] = []

    init(of size: Int) { self.size = size }

    func pass() async throws {
        now += 1
        most = max(most, now)
        let turn = Signal()
        waiting.append(turn)
        if waiting.count == size {
            for turn in waiting { turn.fire() }
            waiting = []
        }
        try await turn.wait()
        // Time for those to come who should not.
        for _ in 0..<20 { await Task.yield() }
        now -= 1
    }
}
