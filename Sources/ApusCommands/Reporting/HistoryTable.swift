import Foundation
import Journal
import Provisioning

/// Runs, one a line, in columns.
struct HistoryTable {
    let rows: [Row]

    struct Row {
        let cells: [String]

        /// - Throws: `JournalError`.
        init(_ journal: Journal) throws {
            let header = journal.header
            let recap = try journal.recap
            let counts = recap?.hosts.map(\.line) ?? []
            func sum(_ count: (Recap.Line) -> Int) -> String {
                recap == nil ? "?" : "\(counts.reduce(0) { $0 + count($1) })"
            }
            cells = [
                journal.id, header.at.formatted(HistoryTable.time),
                Self.title(header),
                recap == nil ? "?" : "\(counts.count)",
                sum(\.changed), sum { $0.failed + ($0.unreachable == nil ? 0 : 1) },
                recap?.duration.brief ?? "?", header.by, Self.end(of: recap, isRunning: journal.isRunning),
            ]
        }

        private static func title(_ header: JournalHeader) -> String {
            if header.isOfPlaybooks {
                return ([header.verb] + header.playbooks + (header.check ? ["--check"] : []))
                    .joined(separator: " ")
            }
            let command = header.arguments.drop { $0 != "--" }.dropFirst()
            let title = ([header.verb] + command).joined(separator: " ")
            return title.count > longestTitle ? title.prefix(longestTitle - 1) + "…" : title
        }

        private static let longestTitle = 40

        private static func end(of recap: Recap?, isRunning: Bool) -> String {
            guard let recap else { return isRunning ? "is running" : "was killed" }
            if recap.wasStopped { return "was stopped" }
            return recap.exitStatus == 0 ? "" : "failed"
        }
    }

    private static let titles = ["id", "when", "run", "hosts", "changed", "failed", "took", "by", ""]

    /// In the time zone of the person at work.
    static let time = Date.VerbatimFormatStyle(
        format: """
            \(year: .padded(4))-\(month: .twoDigits)-\(day: .twoDigits) \
            \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
            \(second: .twoDigits)
            """,
        timeZone: .current,
        calendar: Calendar(identifier: .gregorian)
    )

    var lines: [String] {
        let table = [Self.titles] + rows.map(\.cells)
        let widths = Self.titles.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        return table.enumerated().map { number, cells in
            let line = zip(cells, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
                .replacing(/\s+$/, with: "")
            return number == 0 ? Style.heading(line) : line
        }
    }
}
