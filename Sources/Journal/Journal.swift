import Foundation
public import Provisioning

/// The journal of one run, as it was left by that run, or as it stands while the run goes on.
public struct Journal: Sendable {
    /// Time and four letters: `20261121-061500.250-k3f9`; in between the verb, where no playbook was run.
    public let id: String
    public let header: JournalHeader
    /// Whether its run still goes on.
    public let isRunning: Bool
    /// The file's whole lines behind the header.
    private let lines: [Data]

    /// The four letters, enough to name it by.
    public var shortID: String { Self.shortID(of: id) }

    public static func shortID(of id: String) -> String {
        id.split(separator: "-").last.map(String.init) ?? id
    }

    /// A line that a killed run did not finish is not there.
    ///
    /// - Throws: `JournalError` where the file cannot be read, has no whole header or one of another format.
    init(id: String, path: String) throws {
        self.id = id
        isRunning = JournalFile.isLocked(path)
        guard let content = FileManager.default.contents(atPath: path) else {
            throw JournalError("cannot read the journal \(path)")
        }
        var lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        lines.removeLast()
        guard let first = lines.first else { throw JournalError("\(path): its run was killed as it began") }
        do {
            header = try JSONLines.decode(JournalHeader.self, from: first)
        } catch {
            throw JournalError("\(path), line 1: this is not the beginning of a journal")
        }
        guard header.format == JournalHeader.currentFormat else {
            throw JournalError("\(path): has format \(header.format), and this apus reads only 1")
        }
        self.lines = Array(lines.dropFirst())
    }

    /// - Throws: `JournalError` where a line is no event.
    public var events: [TimedEvent] {
        get throws { try lines.indices.map(event) }
    }

    /// The recap at its end; `nil` where the run was killed, or still goes on.
    ///
    /// - Throws: `JournalError` where the last line is no event.
    public var recap: Recap? {
        get throws {
            guard let last = lines.indices.last, case .runFinished(let recap) = try event(last).event else {
                return nil
            }
            return recap
        }
    }

    /// What a run that resumes this one must know.
    ///
    /// - Throws: `JournalError` where a line is no event.
    public var progress: RunProgress {
        get throws {
            try events.reduce(into: header.progress ?? RunProgress()) { $0.note($1.event) }
        }
    }

    /// The lines as they are in the file.
    public var raw: String { lines.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined() }

    private func event(_ index: Int) throws -> TimedEvent {
        do {
            return try JSONLines.decode(TimedEvent.self, from: lines[index])
        } catch {
            throw JournalError("journal \(id), line \(index + 2): this apus does not know such an event")
        }
    }
}

/// Why a journal cannot be read, or written.
public struct JournalError: Error, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
