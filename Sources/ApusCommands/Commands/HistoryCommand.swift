import ArgumentParser
import Foundation
import Journal
import Provisioning

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Shows the runs that were, from their journals.",
        subcommands: [ListRuns.self, ShowRun.self],
        defaultSubcommand: ListRuns.self
    )

    struct ListRuns: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "One line for each run, the newest first."
        )

        @Option(name: [.customShort("n"), .customLong("count")], help: "How many.")
        var count = 20

        func validate() throws {
            guard count > 0 else { throw ValidationError("-n must be at least 1, not \(count)") }
        }

        func run() throws {
            let folder = JournalFolder()
            let rows = folder.ids.prefix(count).map { id -> HistoryTable.Row? in
                do {
                    return try HistoryTable.Row(folder.journal(id))
                } catch {
                    Console.error("Warning: \(error)")
                    return nil
                }
            }
            for line in HistoryTable(rows: rows.compactMap { $0 }).lines { Console.write(line + "\n") }
        }
    }

    struct ShowRun: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows a run as it was shown while it went."
        )

        @Argument(help: "The run's identity, or its last four letters; the newest where none is given.")
        var id: String?

        @Flag(help: "The journal itself: one event a line, as JSON.")
        var json = false

        @Flag(name: [.short, .long], help: "Say more.")
        var verbose = false

        func run() throws {
            let folder = JournalFolder()
            guard let id = id ?? folder.ids.first else { throw ValidationError("there is no run yet") }
            let journal = try folder.journal(matching: id)
            if json {
                Console.write(journal.raw)
                return
            }
            try RunReplay(journal, verbose: verbose).show()
        }
    }
}
