import ArgumentParser
import Foundation
import HostInventory
import Provisioning
import Synchronization

struct VRRPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vrrp",
        abstract: "Shows, moves and checks virtual addresses of hosts that run the VRRP agent.",
        subcommands: [Status.self, Watch.self, HandOver.self, Lint.self]
    )

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All virtual routers in one table.",
            discussion: "Exit status: 0 where each virtual address has one master, 2 where not."
        )

        @OptionGroup var agents: AgentOptions

        func run() async throws {
            let table = StatusTable(replies: try await agents.ask())
            Console.write(table.text)
            if !table.problems.isEmpty { throw ExitCode(2) }
        }
    }

    struct Watch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The table of `status`, kept up to date until Ctrl-C."
        )

        @OptionGroup var agents: AgentOptions
        @Option(help: ArgumentHelp("Time between two looks.", valueName: "seconds"))
        var interval = 1.0

        func validate() throws {
            guard interval >= 0.1 else { throw ValidationError("--interval must be at least 0.1 seconds") }
        }

        func run() async throws {
            let (run, hosts) = try agents.prepare()
            let board = ReplyBoard(hosts: hosts.map(\.name), validity: .seconds(max(5, 3 * interval)))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [interval] in
                    await run.repeating(
                        on: hosts,
                        script: AgentOptions.question,
                        as: .login,
                        deadline: AgentOptions.deadline,
                        every: .seconds(interval)
                    ) { host, result in board.note(AgentReply(result), of: host.name) }
                }
                group.addTask { [interval] in
                    while true {
                        try await Task.sleep(for: .seconds(interval))
                        let text = StatusTable(replies: board.replies).text
                        // Home, the table, then away with what the last one left.
                        Console.write(Console.outputIsTerminal ? "\u{1B}[H\(text)\u{1B}[J" : text)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    struct HandOver: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "handover",
            abstract: "Lets the other routers take over a host's virtual addresses, without a lost packet.",
            discussion:
                "The host stands back until `apus vrrp handover HOST --resume`, or until its agent restarts."
        )

        @Argument(help: "The host that gives its addresses away.")
        var host: String
        @Flag(help: "Stand back no more.")
        var resume = false
        @OptionGroup var hosts: HostOptions

        /// Until another router has taken over; the slowest needs four advertisement intervals.
        private static let seconds = 15

        func run() async throws {
            let script = resume ? "\(AgentOptions.program) resume" : Self.script
            let replies = try await AgentOptions.run(script, as: .root, on: host, hosts)
            guard let (name, result) = replies.first else { return }
            switch result {
            case .done(let output, _) where output.status == 0:
                Console.write("\(name): \(resume ? "takes part again" : "all its addresses are elsewhere")\n")
            case .done(let output, _):
                Console.error("\(name): " + String(decoding: output.errors, as: UTF8.self).trimmed)
                throw ExitCode(2)
            case .failed(let reason):
                Console.error("\(name): \(reason)")
                throw ExitCode(2)
            case .unreachable(let reason):
                Console.error("\(name): unreachable: \(reason)")
                throw ExitCode(4)
            case .stopped: throw CancellationError()
            }
        }

        /// Where nobody takes over, everything is as before.
        private static let script = """
            \(AgentOptions.program) handover >/dev/null || exit 1
            seconds=0
            while \(AgentOptions.program) status --json | grep -q '"state":"master"'; do
                if [ $seconds -ge \(seconds) ]; then
                    \(AgentOptions.program) resume >/dev/null
                    echo 'no other router took over within \(seconds) s; it keeps its addresses' >&2
                    exit 1
                fi
                sleep 1
                seconds=$((seconds + 1))
            done
            """
    }
}

/// Which agents to ask, and how.
struct AgentOptions: ParsableArguments {
    /// Where the role `vrrp` puts it.
    static let program = "/usr/local/sbin/apus-vrrpd"
    /// What a shell says of a program that is not there.
    fileprivate static let notFound: Int32 = 127
    static let deadline = Duration.seconds(30)
    static let question = "\(program) status --json"

    @Argument(help: "Which hosts: a pattern such as balancers.")
    var pattern = "all"
    @OptionGroup var hosts: HostOptions

    /// The answers, in the inventory's order.
    func ask() async throws -> [(host: String, reply: AgentReply)] {
        let results = try await Self.run(Self.question, as: .login, on: pattern, hosts)
        return results.map { host, result in (host, AgentReply(result)) }
    }

    func prepare() throws -> (run: Run, hosts: [Inventory.Host]) { try Self.prepare(pattern, hosts) }

    private static func prepare(
        _ pattern: String,
        _ options: HostOptions
    ) throws -> (run: Run, hosts: [Inventory.Host]) {
        let inventory = try options.readInventory()
        let selected = try inventory.hosts(matching: Pattern(pattern))
        guard !selected.isEmpty else { throw ValidationError("the pattern «\(pattern)» selects no host") }
        let run = Run(
            inventory: inventory,
            connector: options.connector(),
            options: try options.runOptions(),
            reporter: NoticeReporter()
        )
        return (run, selected)
    }

    static func run(
        _ script: String,
        as privilege: Privilege,
        on pattern: String,
        _ options: HostOptions
    ) async throws -> [(host: String, result: Run.SweepResult)] {
        let (run, selected) = try prepare(pattern, options)
        let results = Mutex<[String: Run.SweepResult]>([:])
        await run.sweep(selected, script: script, as: { _ in privilege }, deadline: deadline) {
            host,
            result in
            results.withLock { $0[host.name] = result }
        }
        let all = results.withLock { $0 }
        return selected.compactMap { host in all[host.name].map { (host.name, $0) } }
    }
}

extension AgentReply {
    /// - Parameter result: what `AgentOptions.question` came to.
    init(_ result: Run.SweepResult) {
        switch result {
        case .unreachable(let reason): self = .failed("unreachable: \(reason)")
        case .failed(let reason): self = .failed(reason)
        case .stopped: self = .failed("not asked: stopped")
        case .done(let output, _) where output.status == AgentOptions.notFound: self = .absent
        case .done(let output, _) where output.status != 0:
            self = .failed(String(decoding: output.errors, as: UTF8.self).trimmed)
        case .done(let output, _):
            do {
                self = .status(try AgentStatus(json: output.output))
            } catch {
                self = .failed("its agent's answer cannot be read; is it as new as this apus? \(error)")
            }
        }
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
