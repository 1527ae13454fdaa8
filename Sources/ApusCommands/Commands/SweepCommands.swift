import ArgumentParser
import HostInventory
import Journal
import Provisioning
import Synchronization

struct PingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping",
        abstract: "Logs in to hosts and runs nothing: shows which can be managed, and how long it takes.",
        discussion: "Becomes another user where the inventory says ansible_become."
    )

    @Argument(help: "Which hosts: a pattern such as all or balancers:!pi1.")
    var pattern = "all"

    @OptionGroup var hosts: HostOptions

    func run() async throws {
        try await Sweep(
            verb: "ping",
            hosts: hosts,
            pattern: pattern,
            becomes: nil,
            script: "true",
            title: "ping",
            changes: false,
            deadline: .seconds(30)
        )()
    }
}

struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Runs one command on many hosts at once.",
        discussion: "Example: apus exec -i hosts.ini all -- uptime"
    )

    @Argument(help: "Which hosts: a pattern such as all or balancers:!pi1.")
    var pattern: String

    @Argument(
        parsing: .postTerminator,
        help: "The program and its arguments, as they are; no shell expands them."
    )
    var command: [String]

    @OptionGroup var hosts: HostOptions

    @Flag(
        name: [.short, .long],
        help: "As root, or ansible_become_user, also where the inventory has no ansible_become."
    )
    var become = false

    @Option(help: ArgumentHelp("Ends the command after this long.", valueName: "seconds"))
    var timeout = 300

    func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError("which command? apus exec PATTERN -- COMMAND ARGUMENT…")
        }
        guard timeout > 0 else {
            throw ValidationError("--timeout must be at least 1 second, not \(timeout)")
        }
    }

    func run() async throws {
        try await Sweep(
            verb: "exec",
            hosts: hosts,
            pattern: pattern,
            becomes: become ? true : nil,
            script: command.shellQuoted,
            title: command.shellQuoted,
            changes: true,
            deadline: .seconds(timeout)
        )()
    }
}

/// One script on all hosts of a pattern, each reported as soon as it is done, and kept in the history.
private struct Sweep {
    let verb: String
    let hosts: HostOptions
    let pattern: String
    /// nil: as the inventory says.
    let becomes: Bool?
    let script: String
    let title: String
    let changes: Bool
    let deadline: Duration

    func callAsFunction() async throws {
        let inventory = try hosts.readInventory()
        let selected = try inventory.hosts(matching: Pattern(pattern))
        guard !selected.isEmpty else { throw ValidationError("the pattern «\(pattern)» selects no host") }
        let options = try hosts.runOptions()
        let run = Run(
            inventory: inventory,
            connector: hosts.connector(),
            options: options,
            reporter: Reporters([
                JournalFolder().attended(header(options, selected)).reporter, NoticeReporter(),
            ])
        )
        let width = selected.map(\.name.count).max() ?? 0
        let output = Mutex(())
        let signals = SignalWatch()
        let work = Task {
            await run.sweep(
                selected,
                script: script,
                title: title,
                changes: changes,
                as: { $0.privilege(becomes: becomes) },
                deadline: deadline
            ) { host, result in
                let name = host.name.padded(to: width)
                // Under the lock, so that what hosts wrote is not mixed.
                output.withLock { _ in show(result, of: name, without: Redaction(of: host)) }
            }
        }
        signals.tell { _, _ in work.cancel() }
        let recap = await work.value
        let signal = signals.end()
        if signal != 0 { throw ExitCode(128 + signal) }
        if recap.exitStatus != 0 { throw ExitCode(recap.exitStatus) }
    }

    private func header(_ options: RunOptions, _ hosts: [Inventory.Host]) -> JournalHeader {
        let secrets = Redaction(hosts.flatMap(\.variables.secrets))
        return .ofThisProcess(verb, [], ThisProcess.arguments(behind: verb).map { secrets($0) }, options)
    }

    private func show(_ result: Run.SweepResult, of name: String, without secrets: Redaction) {
        switch result {
        case .done(let output, let duration):
            let isWell = output.status == 0
            let line = isWell ? "ok  \(duration.brief)" : Style.bad("status \(output.status)")
            Console.write("\(name)  \(line)\n")
            Console.writeIndented(secrets(output.output))
            Console.writeIndented(secrets(output.errors))
        case .unreachable(let reason):
            Console.write("\(name)  \(Style.bad("unreachable: \(secrets(reason))"))\n")
        case .failed(let reason):
            Console.write("\(name)  \(Style.bad("failed: \(secrets(reason))"))\n")
        case .stopped:
            Console.write("\(name)  \(Style.bad("stopped"))\n")
        }
    }
}

struct NoticeReporter: Reporter {
    func report(_ event: Event) {
        guard case .notice(let host, let text) = event else { return }
        Console.error("warning: \(host.map { "\($0): " } ?? "")\(text)")
    }
}
