import Foundation
public import Provisioning
import Synchronization

/// A saved plan: the journal of a check in a file of its own, whose header has the key of its fingerprints.
///
/// It holds no texts of files, and of states and scripts only fingerprints.
public final class PlanFile: Sendable {
    private let path: String
    private let header: JournalHeader
    private let content = Mutex<[UInt8]>([])

    /// - Parameter header: with a key.
    public init(_ path: String, _ header: JournalHeader) {
        self.path = path
        self.header = header
    }

    /// Hears the events of the check.
    public var reporter: any Reporter {
        JSONLinesReporter(
            select: { JournalFolder.recorded($0, keepsContents: false) },
            write: { line in self.content.withLock { $0 += line } },
            warn: { _ in }
        )
    }

    /// Puts the file in its place, whole, for its owner only.
    ///
    /// - Throws: `JournalError`.
    public func save() throws {
        let temporary = "\(path).\(UUID().uuidString)"
        let file = try JournalFile(creating: temporary)
        do {
            try file.append(try JSONLines.encode(header))
            try file.append(content.withLock { $0 })
            guard rename(temporary, path) == 0 else {
                throw JournalError("cannot write \(path): \(String(cString: strerror(errno)))")
            }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// - Throws: `JournalError` where `path` is no whole plan.
    public static func read(_ path: String) throws -> (journal: Journal, plan: RunPlan, key: FingerprintKey) {
        let journal = try Journal(id: path, path: path)
        guard let key = journal.header.key, try journal.recap != nil else {
            throw JournalError("\(path) is not a plan, or not a whole one; `apus plan -o FILE` makes one")
        }
        return (journal, try journal.events.reduce(into: RunPlan()) { $0.note($1.event) }, key)
    }
}
