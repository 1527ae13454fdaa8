/// A script within an exchange; its output is kept apart from that of the others.
struct ShellSection: Sendable {
    var script: String
    var deadline: Duration
    var retention: Retention
    /// Does not run when one before it in the exchange failed that `isRequired`.
    var isRequired: Bool
    var needsSuccess: Bool

    /// How much of a section's output is kept.
    enum Retention: Sendable {
        /// All of it; more than `limit` bytes is an error.
        case all(limit: Int)
        /// The last bytes.
        case last(Int)
    }

    static let defaultDeadline: Duration = .seconds(60)

    /// - Parameters:
    ///   - isRequired: when it fails, sections that need success are skipped.
    ///   - needsSuccess: is skipped when a required section before it failed.
    init(
        _ script: String,
        deadline: Duration = defaultDeadline,
        retention: Retention = .all(limit: 16 << 20),
        isRequired: Bool = false,
        needsSuccess: Bool = false
    ) {
        self.script = script
        self.deadline = deadline
        self.retention = retention
        self.isRequired = isRequired
        self.needsSuccess = needsSuccess
    }
}

/// What became of a section.
enum ShellSectionOutput: Sendable, Equatable {
    case ran(ShellOutput)
    case skipped
}

/// A line of output while a section runs.
struct ShellProgress: Sendable {
    var section: Int
    var line: String
}
