public import Foundation
public import Provisioning

/// The first line of a journal: what was run, how, and by whom.
public struct JournalHeader: Codable, Sendable {
    /// Of the file's format. A journal of another one is not read.
    static let currentFormat = 1

    let format: Int
    /// The command's: "run", "exec".
    public var verb: String
    /// None of a command that has none, such as "exec".
    public var playbooks: [String]
    /// The command line behind `apus run`, as it was given; for the verb `apply` that of its plan.
    public var arguments: [String]
    /// The working folder, which relative paths in `arguments` start from.
    public var folder: String
    /// For people: "fabian@mac".
    public var by: String
    public var at: Date
    public var check: Bool
    /// Whether the texts of changed files were shown, and so are in the journal.
    public var diff: Bool
    /// How far the run came that this one resumes.
    public var progress: RunProgress?
    /// Of a saved plan.
    var seal: PlanSeal?

    /// Whether it is the run of playbooks, which may be resumed.
    public var isOfPlaybooks: Bool { !playbooks.isEmpty }

    public init(
        verb: String,
        playbooks: [String],
        arguments: [String],
        folder: String,
        by: String,
        check: Bool,
        diff: Bool,
        progress: RunProgress? = nil,
        at: Date = .now
    ) {
        format = Self.currentFormat
        self.verb = verb
        self.playbooks = playbooks
        self.arguments = arguments
        self.folder = folder
        self.by = by
        self.at = at
        self.check = check
        self.diff = diff
        self.progress = progress
    }
}
