import ArgumentParser
import HostInventory
import Provisioning

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows the playbooks, what they do and on which hosts."
    )

    func run() throws {
        let playbooks = CommandContext.catalog.playbooks
        let width = playbooks.map(\.name.count).max() ?? 0
        for playbook in playbooks {
            Console.write("\(Style.heading(playbook.name.padded(to: width)))  \(playbook.summary)\n")
            for play in playbook.plays {
                let hosts = Style.faint("(\(play.pattern))")
                Console.write("\(String(repeating: " ", count: width))    \(play.title) \(hosts)\n")
            }
        }
    }
}
