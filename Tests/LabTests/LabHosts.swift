import ApusTesting
import HostInventory
import Provisioning
import Testing
import Transports

/// Plays of a test's own on single nodes of the lab.
struct LabHosts {
    let inventory: Inventory

    init() throws {
        inventory = try Inventory(contentsOf: Lab.inventoryPath)
    }

    struct Outcome {
        let recap: Recap
        /// Of each task that was not simply fine, how it ended; by its heading.
        let notable: [String: TaskResult.Outcome]
        /// Everything that was reported, as text.
        let transcript: String
    }

    /// Runs one play with `tasks` on `host` as root.
    func run(
        on host: String,
        check: Bool = false,
        @TaskBuilder tasks: @escaping @Sendable () throws -> [Play.Task]
    ) async throws -> Outcome {
        let reporter = CollectingReporter()
        var options = RunOptions()
        options.check = check
        options.diff = true
        let run = Run(inventory: inventory, connector: HostConnector(), options: options, reporter: reporter)
        let play = Play("Test", on: Pattern(host), become: .root) { _ in try tasks() }
        let recap = try await run([Playbook("test") { play }])
        var notable: [String: TaskResult.Outcome] = [:]
        for (heading, outcome) in reporter.results(of: host) where outcome != .ok {
            notable[heading] = outcome
        }
        return Outcome(
            recap: recap,
            notable: notable,
            transcript: reporter.events.map { "\($0)" }.joined(separator: "\n")
        )
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
        await run.sweep([target], script: script, as: .root, deadline: deadline) { continuation.yield($1) }
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
