import Foundation
import Provisioning
import Synchronization

/// Where the journals of all runs are, the newest of them: `$XDG_STATE_HOME/apus/runs`.
public struct JournalFolder: Sendable {
    let path: String
    /// How many are kept of runs of playbooks, and of each other verb.
    let capacity: Int

    /// - Parameters:
    ///   - path: by default in `$XDG_STATE_HOME`, or ~/.local/state where that is not set.
    ///   - capacity: 200 by default.
    public init(path: String? = nil, capacity: Int = 200) {
        self.path = path ?? StateFolder.path + "/runs"
        self.capacity = capacity
    }

    /// Keeps the journal of a run. It begins with the first event, so that a run that was refused leaves none; the
    /// oldest journals that are too many are removed then.
    ///
    /// Left out are lines of output and beginnings of tasks, which are only for those who watch; and the texts of
    /// files, unless the run shows them.
    ///
    /// - Parameter warn: hears, once, where the journal cannot be kept, or no longer. The run goes on without.
    public func reporter(
        _ header: JournalHeader,
        warn: @escaping @Sendable (any Error) -> Void
    ) -> (id: String, reporter: JSONLinesReporter) {
        let id = Self.id(of: header)
        let opened = Mutex<JournalFile?>(nil)
        let keepsContents = header.diff
        let reporter = JSONLinesReporter(
            select: { Self.recorded($0, keepsContents: keepsContents) },
            write: { line in
                try opened.withLock { opened in
                    let file = try opened ?? begin(id, header)
                    opened = file
                    try file.append(line)
                }
            },
            warn: warn
        )
        return (id, reporter)
    }

    private func begin(_ id: String, _ header: JournalHeader) throws -> JournalFile {
        try StateFolder.make(path)
        let file = try JournalFile(creating: file(id))
        try file.append(try JSONLines.encode(header))
        try prune(like: id)
        return file
    }

    /// The identities of the journals that are there, the newest first.
    public var ids: [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return [] }
        return names.filter { $0.hasSuffix(Self.suffix) }.map { String($0.dropLast(Self.suffix.count)) }
            .sorted(by: >)
    }

    /// - Throws: `JournalError` where it is not there, or cannot be read.
    public func journal(_ id: String) throws -> Journal { try Journal(id: id, path: file(id)) }

    /// The newest journal of a run of playbooks that was to change something. What is no journal, or of a run that was killed before
    /// it began, is passed over.
    public func newestRun() -> Journal? {
        for id in ids {
            if let journal = try? journal(id), journal.header.isOfPlaybooks, !journal.header.check {
                return journal
            }
        }
        return nil
    }

    /// The journal whose identity is `text`, or begins or ends with it.
    ///
    /// - Throws: `JournalError` where there is none, or more than one.
    public func journal(matching text: String) throws -> Journal {
        let found = ids.filter { $0.hasPrefix(text) || $0.hasSuffix(text) }
        switch found.count {
        case 1: return try journal(found[0])
        case 0: throw JournalError("there is no run «\(text)» in \(path); see `apus history`")
        default: throw JournalError("«\(text)» is more than one run: \(found.joined(separator: ", "))")
        }
    }

    private static let suffix = ".jsonl"

    private func file(_ id: String) -> String { "\(path)/\(id)\(Self.suffix)" }

    /// Removes the oldest of that kind: a ping every minute is not to push out the runs that may be resumed.
    private func prune(like newest: String) throws {
        let alike = ids.filter { Self.kind(of: $0) == Self.kind(of: newest) }
        for id in alike.dropFirst(max(1, capacity)) where !JournalFile.isLocked(file(id)) {
            guard unlink(file(id)) == 0 || errno == ENOENT else {
                throw JournalError("cannot remove \(file(id)): \(String(cString: strerror(errno)))")
            }
        }
    }

    /// A verb where the run was none of playbooks.
    private static func kind(of id: String) -> Substring? {
        let parts = id.split(separator: "-")
        return parts.count > 3 ? parts[2] : nil
    }

    private static func id(of header: JournalHeader) -> String {
        let style = Date.VerbatimFormatStyle(
            format: """
                \(year: .padded(4))\(month: .twoDigits)\(day: .twoDigits)-\
                \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))\(minute: .twoDigits)\
                \(second: .twoDigits).\(secondFraction: .fractional(3))
                """,
            timeZone: .gmt,
            calendar: Calendar(identifier: .gregorian)
        )
        let letters = (0..<4).compactMap { _ in "0123456789abcdefghijklmnopqrstuvwxyz".randomElement() }
        let parts = [header.at.formatted(style), header.isOfPlaybooks ? nil : header.verb, String(letters)]
        return parts.compactMap(\.self).joined(separator: "-")
    }

    static func recorded(_ event: Event, keepsContents: Bool) -> Event? {
        switch event {
        case .taskStarted, .progress: nil
        default: event.withoutContents(unless: keepsContents)
        }
    }
}
