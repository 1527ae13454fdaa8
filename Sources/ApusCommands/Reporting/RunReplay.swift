import Foundation
import Journal
import Provisioning

/// A journal, shown as its run was shown.
struct RunReplay {
    let journal: Journal
    let verbose: Bool

    init(_ journal: Journal, verbose: Bool) {
        self.journal = journal
        self.verbose = verbose
    }

    /// - Throws: `JournalError` where a line is no event.
    func show() throws {
        let header = journal.header
        let title = "Run \(journal.id), \(header.at.formatted(HistoryTable.time)), by \(header.by)"
        Console.write(Style.faint(title) + "\n")
        let reporter = TerminalReporter(
            options: .init(showsDiff: header.diff, verbose: verbose),
            write: Console.write
        )
        for event in try journal.events { reporter.report(event.event) }
        if try journal.recap == nil {
            Console.write("\n" + Style.bad(journal.isRunning ? "is still running" : "was killed") + "\n")
        }
    }
}
