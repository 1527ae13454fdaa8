public import ArgumentParser
import HostInventory
public import Provisioning

/// The command line: `apus VERB`. Every verb is a file in Commands/.
public struct ApusCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "apus",
        abstract: "Turns Linux hosts into a working cluster, from typed Swift roles over plain SSH.",
        version: "0.1.0",
        subcommands: [
            RunCommand.self, PlanCommand.self, ApplyCommand.self, HistoryCommand.self, PingCommand.self,
            ExecCommand.self, ListCommand.self, InventoryCommand.self, VaultCommand.self, VRRPCommand.self,
        ]
    )

    public init() {}

    /// Runs the verb that the process's arguments name, on the playbooks of `catalog`, and exits with its status.
    public static func main(catalog: Catalog) async {
        await CommandContext.$catalog.withValue(catalog) {
            do {
                var command = try parseAsRoot()
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
            } catch let error as PreflightError {
                Console.error("Error: nothing was done, since the input is wrong:\n" + error.description)
                exit(withError: ExitCode(64))
            } catch let error where isInputError(error) {
                Console.error("Error: \(error)")
                exit(withError: ExitCode(64))
            } catch {
                exit(withError: error)
            }
        }
    }
}

/// What verbs know without being told on the command line.
enum CommandContext {
    @TaskLocal static var catalog = Catalog([])

    /// - Throws: `ValidationError` where the catalog has no such playbook.
    static func playbooks(named names: [String]) throws -> [Playbook] {
        let known = catalog.playbooks.map(\.name)
        let unknown = names.filter { !known.contains($0) }
        guard unknown.isEmpty else {
            let near = unknown.count == 1 ? didYouMean(nearNames(to: unknown[0], among: known)) : ""
            let all = "; there are: \(known.joined(separator: ", "))"
            throw ValidationError(
                "there is no playbook \(unknown.joined(separator: ", "))\(near.isEmpty ? all : near)"
            )
        }
        return names.compactMap { catalog[$0] }
    }
}
