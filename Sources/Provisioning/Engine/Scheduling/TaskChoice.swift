import HostInventory
import Synchronization

/// Which tasks run, as `--tags`, `--skip-tags` and `--start-at` say; and which of these words meant something.
final class TaskChoice: Sendable {
    private let tags: TagSelection
    private let startAt: String?
    private let state: Mutex<State>

    private struct State {
        /// The hosts that came to the task with which they begin.
        var begun: Set<String> = []
        var knownTags: Set<String> = []
        var knownTitles: Set<String> = []
        var hasChosen = false
    }

    /// - Parameter earlier: knows of tasks, too.
    init(_ options: RunOptions, knowing earlier: TaskChoice? = nil) {
        tags = options.tags
        startAt = options.startAt
        var state = earlier?.state.withLock(\.self) ?? State()
        state.begun = []
        self.state = Mutex(state)
    }

    /// Asked of a host's tasks in their order, one play after the other.
    func includes(_ task: Play.Task, on host: String) -> Bool {
        state.withLock { state in
            state.knownTags.formUnion(task.tags)
            state.knownTitles.formUnion([task.title, task.heading])
            if startAt == nil || startAt == task.title || startAt == task.heading { state.begun.insert(host) }
            let isChosen = state.begun.contains(host) && tags.includes(task.tags)
            if isChosen { state.hasChosen = true }
            return isChosen
        }
    }

    /// Words that mean none of the tasks that were asked of so far.
    var problems: [String] {
        let known = state.withLock(\.self)
        let words = tags.only.union(tags.skipped)
        var problems = words.subtracting(TagSelection.special).subtracting(known.knownTags).sorted().map {
            tag in
            let near = didYouMean(nearNames(to: tag, among: known.knownTags))
            let all = " (there are: \(known.knownTags.sorted().joined(separator: ", ")))"
            return "no task has the tag «\(tag)»" + (near.isEmpty && !known.knownTags.isEmpty ? all : near)
        }
        if let startAt, !known.knownTitles.contains(startAt) {
            let near = didYouMean(nearNames(to: startAt, among: known.knownTitles))
            problems.append("--start-at: no task is called «\(startAt)»\(near)")
        }
        if problems.isEmpty, !known.hasChosen, startAt != nil || !words.isEmpty {
            problems = ["--tags, --skip-tags and --start-at leave no task"]
        }
        return problems
    }
}
