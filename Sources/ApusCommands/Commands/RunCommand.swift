import ArgumentParser
import HostInventory
import Provisioning

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Brings hosts into the state that playbooks describe.",
        discussion: """
            Exit status: 0 all well, 2 a host failed, 4 a host was unreachable, 64 wrong use or wrong input (then no \
            host was touched).
            """
    )

    @Argument(help: "Names of playbooks; `apus list` shows them.")
    var playbooks: [String]

    @OptionGroup var hosts: HostOptions

    @Option(name: [.short, .long], help: "Only these hosts of the inventory: a pattern such as web:!web3.")
    var limit: String?

    @Flag(name: [.customShort("C"), .long], help: "Predict what would change, and change nothing.")
    var check = false

    @Flag(name: [.customShort("D"), .long], help: "Show the differences of files, line by line.")
    var diff = false

    @Flag(name: [.short, .long], help: "Say more.")
    var verbose = false

    func run() async throws {
        let catalog = CommandContext.catalog
        let unknown = playbooks.filter { catalog[$0] == nil }
        guard unknown.isEmpty else {
            let names = catalog.playbooks.map(\.name).joined(separator: ", ")
            throw ValidationError(
                "there is no playbook \(unknown.joined(separator: ", ")); there are: \(names)"
            )
        }
        var options = try hosts.runOptions()
        options.check = check
        options.diff = diff
        options.limit = limit.map { Pattern($0) }
        let reporter = TerminalReporter(
            options: .init(
                isTerminal: Console.outputIsTerminal,
                showsDiff: diff,
                verbose: verbose,
                columns: Console.columns
            ),
            write: Console.write
        )
        let run = Run(
            inventory: try hosts.readInventory(),
            connector: hosts.connector(),
            options: options,
            reporter: reporter
        )
        let ticker = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(200))
                reporter.tick()
            }
        }
        defer { ticker.cancel() }
        let recap = try await run(playbooks.compactMap { catalog[$0] })
        if recap.exitStatus != 0 { throw ExitCode(recap.exitStatus) }
    }
}
