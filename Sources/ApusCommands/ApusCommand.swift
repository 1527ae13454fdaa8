public import ArgumentParser
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
}
