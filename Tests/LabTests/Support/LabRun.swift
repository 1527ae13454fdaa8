import ApusTesting
import HostInventory
import Playbooks
import Provisioning
import Transports

/// What a run of playbooks did to the lab's nodes, task by task.
struct LabRun: Sendable {
    struct Outcome: Sendable, CustomStringConvertible {
        let node: Node
        /// Play and task, with their numbers: the same task in two runs.
        let task: String
        /// "docker_server : Build nginx image"
        let heading: String
        let outcome: TaskResult.Outcome

        var description: String { "\(node) \(heading): \(outcome)" }
    }

    let recap: Recap
    let outcomes: [Outcome]
    let notices: [String]

    /// Runs playbooks of the repository's catalog through the library.
    static func of(_ names: String..., check: Bool = false, limit: String? = nil) async throws -> LabRun {
        try await of(names.map { name in try playbook(name) }, check: check, limit: limit)
    }

    static func of(
        _ playbooks: [Playbook],
        check: Bool = false,
        limit: String? = nil,
        reporter: CollectingReporter = CollectingReporter()
    ) async throws -> LabRun {
        var options = RunOptions()
        options.check = check
        options.limit = limit.map { Pattern($0) }
        let run = Run(
            inventory: try Inventory(contentsOf: Lab.inventoryPath),
            connector: HostConnector(),
            options: options,
            reporter: reporter
        )
        return LabRun(recap: try await run(playbooks), events: reporter.events)
    }

    private static func playbook(_ name: String) throws -> Playbook {
        guard let playbook = catalog[name] else { throw MissingPlaybook(name: name) }
        return playbook
    }

    private init(recap: Recap, events: [Event]) {
        self.recap = recap
        var play = 0
        var headings: [String: [String]] = [:]
        var outcomes: [Outcome] = []
        var notices: [String] = []
        for event in events {
            switch event {
            case .playStarted(_, _, let (batch, _)): play += batch == 1 ? 1 : 0
            case .planned(let host, let tasks): headings[host] = tasks.map(\.heading)
            case .taskFinished(let host, let task, let result):
                guard let node = Node(address: host), let names = headings[host], names.indices.contains(task)
                else { continue }
                outcomes.append(
                    Outcome(
                        node: node,
                        task: "\(play).\(task) \(names[task])",
                        heading: names[task],
                        outcome: result.outcome
                    )
                )
            case .notice(let host, let text): notices.append("\(host ?? "") \(text)")
            case .unreachable(let host, let reason): notices.append("\(host) unreachable: \(reason)")
            default: break
            }
        }
        self.outcomes = outcomes
        self.notices = notices
    }

    var isWell: Bool { recap.exitStatus == 0 }

    /// Whatever was not found as desired.
    var unsettled: [String] { outcomes.filter { $0.outcome != .ok }.map(\.description) }

    /// What is wrong with it, for messages.
    var trouble: String {
        let failures = outcomes.filter { if case .failed = $0.outcome { true } else { false } }
        return (failures.map(\.description) + notices).joined(separator: "\n")
    }

    /// "pi3 docker_server : Write the page", sorted.
    func headings(where matches: (TaskResult.Outcome) -> Bool) -> [String] {
        outcomes.filter { matches($0.outcome) }.map { "\($0.node) \($0.heading)" }.sorted()
    }

    var changed: [String] { headings { $0 == .changed } }
}

struct MissingPlaybook: Error {
    let name: String
}
