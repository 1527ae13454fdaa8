import ArgumentParser
import Foundation
import HostInventory
import Journal
import Provisioning

/// A run as the command line does it: shown while it goes, kept in a journal, and stopped by signals.
struct AttendedRun {
    let inventory: Inventory
    let connector: any Connector
    let options: RunOptions
    /// What is said of the run in its journal; `nil` keeps none.
    let header: JournalHeader?
    /// What shows it while it goes.
    let shown: [any Reporter]

    /// - Throws: `PreflightError`, and `ExitCode` 143 where SIGTERM ended the run.
    func callAsFunction(_ playbooks: [Playbook]) async throws -> Recap {
        let journal = header.map(JournalFolder().attended)
        let reporter = Reporters(shown + (journal.map { [$0.reporter] } ?? []))
        let run = Run(inventory: inventory, connector: connector, options: options, reporter: reporter)
        let ticker = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(200))
                for case let terminal as TerminalReporter in shown { terminal.tick() }
            }
        }
        defer { ticker.cancel() }
        let signals = SignalWatch()
        let work = Task { try await run(playbooks) }
        let interruption = options.interruption
        signals.tell { signal, count in
            if signal == SIGINT, count == 1 {
                let text =
                    "stopping: running steps are finished, nothing new starts; Ctrl-C again ends them now"
                // Nothing new starts once it is said, however long this thread is kept waiting in between.
                interruption.request()
                reporter.report(.notice(host: nil, text))
            } else {
                reporter.report(.notice(host: nil, "ending what runs on the hosts"))
                work.cancel()
            }
        }
        let recap = try await work.value
        if recap.exitStatus != 0, !options.check, let journal, !journal.reporter.hasFailed {
            Console.error("\nTo go on from here: apus run --resume \(Journal.shortID(of: journal.id))")
        }
        if signals.end() == SIGTERM { throw ExitCode(128 + SIGTERM) }
        return recap
    }
}

extension JournalFolder {
    /// The journal of a run whose person is told where it cannot be kept.
    func attended(_ header: JournalHeader) -> (id: String, reporter: JSONLinesReporter) {
        reporter(header) { Console.error("Warning: this run is not journaled: \($0)") }
    }
}

/// How a run is shown.
struct DisplayOptions: ParsableArguments {
    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Flag(name: [.short, .long], help: "Say more.")
    var verbose = false

    @Option(help: "How events are shown: as text for people, or as JSON, one object a line.")
    var output = Output.text

    func reporter(showsDiff: Bool, isLive: Bool = Console.outputIsTerminal) -> any Reporter {
        switch output {
        case .text:
            TerminalReporter(
                options: .init(
                    isTerminal: isLive,
                    showsDiff: showsDiff,
                    verbose: verbose,
                    columns: Console.columns
                ),
                write: Console.write
            )
        case .json:
            JSONLinesReporter(select: { $0.withoutContents(unless: showsDiff) }, write: Console.write) {
                Console.error("Error: \($0)")
            }
        }
    }
}
