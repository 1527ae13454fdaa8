/// Which sections of blocks were begun and have failed, and so which tasks have a turn.
struct BlockProgress {
    private(set) var hostFailed = false
    /// Nothing begins any more but what always runs in blocks that were begun.
    private(set) var isStopped = false
    private var begun: [Int: Bool] = [:]
    private var failed: [Int: Set<Program.Section>] = [:]

    enum Turn: Equatable {
        case runs
        case skipped(String)
        /// The host is out, and nothing is said of what it would have done.
        case never
    }

    mutating func turn(in scope: [Program.Scope]) -> Turn {
        let isOut = hostFailed || isStopped
        guard let inner = scope.last else { return isOut ? .never : .runs }
        // A block is entered or not where its first task stands.
        var outer: [Program.Scope] = []
        for level in scope {
            if begun[level.block] == nil { begun[level.block] = isAlive(outer) }
            outer.append(level)
        }
        guard begun[inner.block] == true else { return isOut ? .never : .skipped("its block was left out") }
        let failures = failed[inner.block] ?? []
        switch inner.section {
        case .body where failures.contains(.body):
            return isOut ? .never : .skipped("a task before it in its block failed")
        case .rescue where !failures.contains(.body): return .skipped("nothing failed before it")
        case .rescue where failures.contains(.rescue), .always where failures.contains(.always):
            return .never
        case .body, .rescue, .always: return .runs
        }
    }

    private func isAlive(_ scope: [Program.Scope]) -> Bool {
        guard let inner = scope.last else { return !hostFailed && !isStopped }
        let failures = failed[inner.block] ?? []
        guard begun[inner.block] == true, !failures.contains(inner.section) else { return false }
        return inner.section != .rescue || failures.contains(.body)
    }

    /// Whether a rescue takes up what fails there, so that the host is not out.
    func isRescued(_ scope: [Program.Scope]) -> Bool {
        scope.contains { $0.section == .body && $0.hasRescue }
    }

    /// Something there failed.
    mutating func fail(in scope: [Program.Scope]) {
        for level in scope.reversed() {
            failed[level.block, default: []].insert(level.section)
            if level.section == .body, level.hasRescue { return }
        }
        hostFailed = true
    }

    mutating func stop() {
        isStopped = true
        for case (let block, true) in begun { failed[block, default: []].formUnion([.body, .rescue]) }
    }

    /// Whether tasks there come to their turn unless something fails before.
    func isExpected(_ scope: [Program.Scope]) -> Bool {
        scope.allSatisfy { $0.section != .rescue || failed[$0.block]?.contains(.body) == true }
    }
}
