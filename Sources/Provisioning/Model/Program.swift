/// A host's tasks in the order of their turns, with the blocks that they stand in.
struct Program: Sendable {
    var entries: [Entry] = []

    struct Entry: Sendable {
        var task: Play.Task
        /// From the outermost block to the innermost.
        let scope: [Scope]
        /// Handlers that were notified run before it.
        let flushesFirst: Bool
        /// The same on all hosts of a play: what it is called, and which of that name it is.
        let identity: String
    }

    struct Scope: Sendable {
        let block: Int
        let section: Section
        let hasRescue: Bool
    }

    enum Section: Sendable { case body, rescue, always }

    /// - Parameter tasks: expanded.
    init(_ tasks: [Play.Task], where isWanted: @escaping (Play.Task) -> Bool = { _ in true }) {
        var builder = Builder(isWanted: isWanted)
        builder.add(tasks, in: [])
        entries = builder.entries
    }

    private struct Builder {
        let isWanted: (Play.Task) -> Bool
        var entries: [Entry] = []
        var blocks = 0
        var flushes = false
        var occurrences: [String: Int] = [:]

        init(isWanted: @escaping (Play.Task) -> Bool) { self.isWanted = isWanted }

        mutating func add(_ tasks: [Play.Task], in scope: [Scope]) {
            for task in tasks {
                switch task.content {
                case .flush: flushes = true
                case .block(let body, let rescue, let always):
                    let number = blocks
                    blocks += 1
                    for (section, tasks) in [(Section.body, body), (.rescue, rescue), (.always, always)] {
                        let inner = Scope(block: number, section: section, hasRescue: !rescue.isEmpty)
                        add(tasks, in: scope + [inner])
                    }
                case .resource, .deferred, .role:
                    guard isWanted(task) else { continue }
                    occurrences[task.heading, default: 0] += 1
                    entries.append(
                        Entry(
                            task: task,
                            scope: scope,
                            flushesFirst: flushes,
                            identity: "\(task.heading) #\(occurrences[task.heading] ?? 1)"
                        )
                    )
                    flushes = false
                }
            }
        }
    }
}

/// Which sections of blocks have failed, and so which tasks have a turn.
struct BlockProgress {
    private(set) var hostFailed = false
    private var begun: [Int: Bool] = [:]
    private var failed: [Int: Set<Program.Section>] = [:]

    enum Turn: Equatable {
        case runs
        case skipped(String)
        /// The host is out, and nothing is said of what it would have done.
        case never
    }

    mutating func turn(in scope: [Program.Scope]) -> Turn {
        guard let inner = scope.last else { return hostFailed ? .never : .runs }
        // A block is entered or not where its first task stands.
        var outer: [Program.Scope] = []
        for level in scope {
            if begun[level.block] == nil { begun[level.block] = isAlive(outer) }
            outer.append(level)
        }
        guard begun[inner.block] == true else {
            return hostFailed ? .never : .skipped("its block was left out")
        }
        let failures = failed[inner.block] ?? []
        switch inner.section {
        case .body where failures.contains(.body):
            return hostFailed ? .never : .skipped("a task before it in its block failed")
        case .rescue where !failures.contains(.body): return .skipped("nothing failed before it")
        case .rescue where failures.contains(.rescue), .always where failures.contains(.always):
            return .never
        case .body, .rescue, .always: return .runs
        }
    }

    private func isAlive(_ scope: [Program.Scope]) -> Bool {
        guard let inner = scope.last else { return !hostFailed }
        let failures = failed[inner.block] ?? []
        guard begun[inner.block] == true, !failures.contains(inner.section) else { return false }
        return inner.section != .rescue || failures.contains(.body)
    }

    /// A task there failed.
    ///
    /// - Returns: `true` where a rescue takes it up, so that the host is not out.
    mutating func fail(in scope: [Program.Scope]) -> Bool {
        for level in scope.reversed() {
            failed[level.block, default: []].insert(level.section)
            if level.section == .body, level.hasRescue { return true }
        }
        hostFailed = true
        return false
    }

    /// Whether rescuing tasks there may come to be needed.
    func isExpected(_ scope: [Program.Scope]) -> Bool {
        scope.allSatisfy { $0.section != .rescue || failed[$0.block]?.contains(.body) == true }
    }
}
