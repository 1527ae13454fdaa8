import ArgumentParser
import Foundation
import HostInventory
import Journal
import Provisioning

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Brings hosts into the state that playbooks describe.",
        discussion: """
            Exit status: 0 all well, 2 a host failed, 4 a host was unreachable, 64 wrong use or wrong input (then no \
            host was touched), 130 stopped by Ctrl-C, 143 by SIGTERM.

            Ctrl-C lets the steps that run finish and starts nothing new; a second one ends them on the hosts too.
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

    @OptionGroup var display: DisplayOptions

    @Option(
        name: .customLong("lock-timeout"),
        help: ArgumentHelp("How long to wait for another run on the same host.", valueName: "seconds")
    )
    var lockTimeout = 60

    @Option(
        name: .customLong("host-folder"),
        help: ArgumentHelp("Where hosts keep locks and jobs, for tests.", visibility: .hidden)
    )
    var hostFolder: String?

    func validate() throws {
        guard lockTimeout >= 0 else {
            throw ValidationError("--lock-timeout must be 0 seconds or more, not \(lockTimeout)")
        }
    }

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
        options.lock = .ofThisProcess(playbooks: playbooks, timeout: .seconds(lockTimeout))
        options.lock?.folder = hostFolder
        options.jobFolder = hostFolder.map { $0 + "/jobs" }
        options.limit = try limit.map { try Pattern.limit($0) }
        let run = AttendedRun(
            inventory: try hosts.readInventory(),
            connector: hosts.connector(),
            options: options,
            header: .ofThisProcess("run", playbooks, options),
            display: display
        )
        let recap = try await run(playbooks.compactMap { catalog[$0] })
        if recap.exitStatus != 0 { throw ExitCode(recap.exitStatus) }
    }
}

extension HostLock {
    /// Says who works on a host: the user, this machine, this process, the playbooks.
    static func ofThisProcess(playbooks: [String], timeout: Duration) -> HostLock {
        let who = "\(ThisProcess.owner), process \(ProcessInfo.processInfo.processIdentifier)"
        let since = ISO8601DateFormatter().string(from: Date())
        return HostLock(
            holder: "\(who), playbook \(playbooks.joined(separator: "+"))",
            since: since,
            timeout: timeout
        )
    }
}
