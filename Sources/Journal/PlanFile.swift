import Foundation
public import Provisioning
import Synchronization

/// A saved plan: the journal of a check in a file of its own.
///
/// It holds no texts of files, and of states and scripts only fingerprints, whose key is `$XDG_STATE_HOME/apus/plan-key`.
public final class PlanFile: Sendable {
    private let path: String
    private let header: JournalHeader
    private let content = Mutex<[UInt8]>([])

    /// Of the fingerprints that the check is to make.
    public let key: FingerprintKey

    /// - Throws: `JournalError` where there is no key and none can be made.
    public init(_ path: String, _ header: JournalHeader) throws {
        self.path = path
        var header = header
        let (seal, key) = try PlanSeal.make(in: StateFolder.path)
        header.seal = seal
        self.key = key
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

    /// A plan that was saved.
    public struct Saved: Sendable {
        public let journal: Journal
        public let plan: RunPlan
        private let path: String
        private let seal: PlanSeal

        /// - Throws: `JournalError` where `path` is no whole plan.
        public init(_ path: String) throws {
            journal = try Journal(id: path, path: path)
            guard let seal = journal.header.seal, try journal.recap != nil else {
                throw JournalError("\(path) is not a plan, or not a whole one; `apus plan -o FILE` makes one")
            }
            plan = try journal.events.reduce(into: RunPlan()) { $0.note($1.event) }
            self.path = path
            self.seal = seal
        }

        /// - Throws: `JournalError` where the plan was made with another key.
        public var key: FingerprintKey { get throws { try seal.key(in: StateFolder.path, of: path) } }
    }
}
