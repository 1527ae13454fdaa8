import ApusTesting
import HostInventory
import Provisioning
import Testing
import Transports

/// Plays of a test's own on single nodes of the lab.
struct LabHosts {
    let inventory: Inventory

    /// - Parameters:
    ///   - user: who logs in, with the lab's keys; the inventory's by default.
    ///   - variables: of all hosts, as lines of the inventory.
    init(user: String = "ubuntu", variables: [String] = []) throws {
        let variation = try LabInventory(
            replacing: ["ansible_user": "ansible_user=\(user)"],
            adding: variables
        )
        inventory = try Inventory(contentsOf: variation.path)
    }

    struct Outcome {
        let recap: Recap
        /// Of each task that was not simply fine, how it ended; by its heading.
        let notable: [String: TaskResult.Outcome]
        let notices: [String]
        /// Everything that was reported, as text.
        let transcript: String

        init(recap: Recap, events: [Event], host: String) {
            let collected = CollectingReporter()
            for event in events { collected.report(event) }
            var notable: [String: TaskResult.Outcome] = [:]
            for (heading, outcome) in collected.results(of: host) where outcome != .ok {
                notable[heading] = outcome
            }
            self.recap = recap
            self.notable = notable
            notices = collected.notices
            transcript = events.map { "\($0)" }.joined(separator: "\n")
        }

        /// Why its only task that was not fine failed, or why the host was unreachable; empty where all went well.
        var trouble: String {
            let reasons = notable.values.compactMap { if case .failed(let why) = $0 { why } else { nil } }
            let unreachable = recap.hosts.compactMap(\.line.unreachable)
            let untold = reasons.isEmpty && unreachable.isEmpty && recap.exitStatus != 0
            return (reasons + unreachable + (untold ? notices : [])).joined(separator: "\n")
        }
    }

    /// Runs one play with `tasks` on `host` as root, to its end.
    func run(
        on host: String,
        check: Bool = false,
        @TaskBuilder tasks: @escaping @Sendable () throws -> [Play.Task]
    ) async throws -> Outcome {
        try await start(on: host, check: check, tasks: tasks).end()
    }

    /// Begins to run one play with `tasks` on `host`. It holds the host's lock, as a run of the command line does.
    func start(
        on host: String,
        as privilege: Privilege = .root,
        check: Bool = false,
        lockTimeout: Duration = .seconds(60),
        interruption: Interruption = Interruption(),
        @TaskBuilder tasks: @escaping @Sendable () throws -> [Play.Task]
    ) -> LiveRun {
        var options = RunOptions()
        options.check = check
        options.diff = true
        options.lock = HostLock(holder: "a test of the lab", since: "just now", timeout: lockTimeout)
        options.interruption = interruption
        let play = Play("Test", on: Pattern(host), become: privilege) { _ in try tasks() }
        return LiveRun(on: host) { [inventory, options] reporter in
            let run = Run(
                inventory: inventory,
                connector: HostConnector(),
                options: options,
                reporter: reporter
            )
            return try await run([Playbook("test") { play }])
        }
    }

    /// Runs a script on `host` as root, and fails the test where it fails.
    @discardableResult
    func shell(_ script: String, on host: String, deadline: Duration = .seconds(60)) async throws -> String {
        let target = try #require(inventory.hosts.first { $0.name == host })
        let run = Run(
            inventory: inventory,
            connector: HostConnector(),
            options: RunOptions(),
            reporter: CollectingReporter()
        )
        let (results, continuation) = AsyncStream.makeStream(of: Run.SweepResult.self)
        await run.sweep([target], script: script, as: { _ in .root }, deadline: deadline) {
            continuation.yield($1)
        }
        continuation.finish()
        for await result in results {
            guard case .done(let output, _) = result, output.status == 0 else {
                Issue.record("\(host): \(script): \(result)")
                return ""
            }
            return output.text
        }
        return ""
    }

    /// Docker, as `install` would put it there.
    func needDocker(on host: String) async throws {
        try await shell(
            """
            command -v docker >/dev/null || {
              apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends docker.io
            } >/dev/null
            """,
            on: host,
            deadline: .seconds(400)
        )
    }
}
