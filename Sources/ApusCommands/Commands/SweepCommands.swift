import ArgumentParser
import HostInventory
import Provisioning
import Synchronization

struct PingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping",
        abstract: "Logs in to hosts and runs nothing: shows which can be managed, and how long it takes."
    )

    @Argument(help: "Which hosts: a pattern such as all or balancers:!pi1.")
    var pattern = "all"

    @OptionGroup var hosts: HostOptions

    func run() async throws {
        try await Sweep(
            hosts: hosts,
            pattern: pattern,
            privilege: .login,
            script: "true",
            deadline: .seconds(30)
        ) {
            output,
            duration in
            output.status == 0 ? "ok  \(duration.brief)" : nil
        }()
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

    @Flag(name: [.short, .long], help: "As root.")
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
            hosts: hosts,
            pattern: pattern,
            privilege: become ? .root : .login,
            script: command.shellQuoted,
            deadline: .seconds(timeout)
        ) { output, duration in
            output.status == 0 ? "ok  \(duration.brief)" : nil
        }()
    }
}

/// One script on all hosts of a pattern, each reported as soon as it is done.
private struct Sweep {
    let hosts: HostOptions
    let pattern: String
    let privilege: Privilege
    let script: String
    let deadline: Duration
    /// The line of a host that did well; `nil` where it did not.
    let summary: @Sendable (ShellOutput, Duration) -> String?

    func callAsFunction() async throws {
        let inventory = try hosts.readInventory()
        let selected = try inventory.hosts(matching: Pattern(pattern))
        guard !selected.isEmpty else { throw ValidationError("the pattern «\(pattern)» selects no host") }
        let run = Run(
            inventory: inventory,
            connector: hosts.connector(),
            options: try hosts.runOptions(),
            reporter: SilentReporter()
        )
        let width = selected.map(\.name.count).max() ?? 0
        let status = Mutex<Int32>(0)
        let work = Task {
            await run.sweep(selected, script: script, as: privilege, deadline: deadline) { host, result in
                // Under the lock, so that what hosts wrote is not mixed.
                let name = host.name.padded(to: width)
                status.withLock { $0 = max($0, show(result, of: name, without: Redaction(of: host))) }
            }
        }
        let signals = SignalWatch { _, _ in work.cancel() }
        await work.value
        let signal = signals.end()
        if signal != 0 { throw ExitCode(128 + signal) }
        let exit = status.withLock { $0 }
        if exit != 0 { throw ExitCode(exit) }
    }

    /// - Returns: the exit status that this host alone would make.
    private func show(_ result: Run.SweepResult, of name: String, without secrets: Redaction) -> Int32 {
        switch result {
        case .done(let output, let duration):
            let line = summary(output, duration)
            Console.write("\(name)  \(line ?? Style.bad("status \(output.status)"))\n")
            Console.writeIndented(secrets(output.output))
            Console.writeIndented(secrets(output.errors))
            return line == nil ? 2 : 0
        case .unreachable(let reason):
            Console.write("\(name)  \(Style.bad("unreachable: \(secrets(reason))"))\n")
            return 4
        case .failed(let reason):
            Console.write("\(name)  \(Style.bad("failed: \(secrets(reason))"))\n")
            return 2
        case .stopped:
            Console.write("\(name)  \(Style.bad("stopped"))\n")
            return 0
        }
    }
}

struct SilentReporter: Reporter {
    func report(_ event: Event) {}
}
