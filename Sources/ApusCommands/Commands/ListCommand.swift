import ArgumentParser
import HostInventory
import Provisioning
import Transports

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows the playbooks, what they do and on which hosts; with --tasks each host's tasks."
    )

    @Argument(help: "Names of playbooks; all by default.")
    var playbooks: [String] = []

    @Flag(
        name: .customLong("tasks"),
        help: "Show the tasks of each host with their tags. Needs an inventory."
    )
    var showsTasks = false

    @OptionGroup var source: InventoryOptions

    @Option(name: [.short, .long], help: "With --tasks, only these hosts: a pattern such as web:!web3.")
    var limit: String?

    @OptionGroup var tasks: TaskOptions

    func run() throws {
        let all = CommandContext.catalog.playbooks
        let chosen = playbooks.isEmpty ? all : try CommandContext.playbooks(named: playbooks)
        if showsTasks { try showTasks(of: chosen) } else { show(chosen) }
    }

    private func show(_ playbooks: [Playbook]) {
        let width = playbooks.map(\.name.count).max() ?? 0
        for playbook in playbooks {
            Console.write("\(Style.heading(playbook.name.padded(to: width)))  \(playbook.summary)\n")
            for play in playbook.plays {
                let hosts = Style.faint("(\(play.pattern))")
                Console.write("\(String(repeating: " ", count: width))    \(play.title) \(hosts)\n")
            }
        }
    }

    private func showTasks(of playbooks: [Playbook]) throws {
        var options = RunOptions()
        options.limit = try limit.map { try Pattern.limit($0) }
        tasks.apply(to: &options)
        let run = Run(
            inventory: try source.read(),
            connector: HostConnector(),
            options: options,
            reporter: Reporters([])
        )
        for play in try run.listing(of: playbooks) {
            Console.write("\n" + Style.heading("Play: \(play.title)") + "\n")
            for (names, tasks) in grouped(play) {
                Console.write("  \(names.joined(separator: ", "))\n")
                for line in lines(of: tasks) { Console.write("    \(line)\n") }
            }
        }
    }

    /// Hosts with the same tasks together, in the order of the first of each.
    private func grouped(_ play: PlayListing) -> [(names: [String], tasks: [PlannedTask]?)] {
        var groups: [(names: [String], tasks: [PlannedTask]?)] = []
        for (name, tasks) in play.hosts {
            if let index = groups.firstIndex(where: { $0.tasks == tasks }) {
                groups[index].names.append(name)
            } else {
                groups.append(([name], tasks))
            }
        }
        return groups
    }

    private func lines(of tasks: [PlannedTask]?) -> [String] {
        guard let tasks else { return ["(known only with the facts of the host)"] }
        return tasks.map { task in
            let handler = task.id.handler.map { Style.faint("  when notified: \($0)") } ?? ""
            let tags = task.tags.isEmpty ? "" : Style.faint("  [\(task.tags.joined(separator: ", "))]")
            return task.heading + tags + handler
        }
    }
}
