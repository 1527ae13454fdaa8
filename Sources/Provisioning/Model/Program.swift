/// A list of tasks in the order of their turns, with the blocks that they stand in.
struct Program: Sendable {
    private(set) var entries: [Entry] = []
    private(set) var turns: [Turn] = []

    /// What comes next: the task of an entry, or the handlers that were notified so far.
    enum Turn: Sendable {
        case task(Int)
        case flush(in: [Scope])
    }

    struct Entry: Sendable {
        var task: Play.Task
        /// What hosts that go together call it: its heading, and which of that heading it is.
        let sharedName: String
        /// From the outermost block to the innermost.
        let scope: [Scope]
        /// How it is shown.
        let planned: PlannedTask

        var id: TaskID { planned.id }
    }

    struct Scope: Sendable {
        let block: Int
        let section: Section
        let hasRescue: Bool
    }

    enum Section: Sendable { case body, rescue, always }

    /// - Parameters:
    ///   - tasks: expanded.
    ///   - redaction: names and identities of tasks are known and shown without these secrets.
    ///   - isWanted: asked of each in turn; those for which it is false are left out.
    init(
        _ tasks: [Play.Task],
        play: String,
        handler: String? = nil,
        redaction: Redaction = Redaction(),
        where isWanted: (Play.Task) -> Bool = { _ in true }
    ) {
        var builder = Builder(play: play, handler: handler, redaction: redaction)
        builder.add(tasks, in: [], where: isWanted)
        entries = builder.entries
        turns = builder.turns
    }

    private struct Builder {
        let play: String
        let handler: String?
        let redaction: Redaction
        var entries: [Entry] = []
        var turns: [Turn] = []
        var blocks = 0
        var occurrences: [String: Int] = [:]

        init(play: String, handler: String?, redaction: Redaction) {
            self.play = play
            self.handler = handler
            self.redaction = redaction
        }

        mutating func add(_ tasks: [Play.Task], in scope: [Scope], where isWanted: (Play.Task) -> Bool) {
            for task in tasks {
                switch task.content {
                // Handlers run one after the other anyway.
                case .flush: if handler == nil { turns.append(.flush(in: scope)) }
                case .block(let body, let rescue, let always):
                    let number = blocks
                    blocks += 1
                    for (section, tasks) in [(Section.body, body), (.rescue, rescue), (.always, always)] {
                        let inner = Scope(block: number, section: section, hasRescue: !rescue.isEmpty)
                        add(tasks, in: scope + [inner], where: isWanted)
                    }
                case .resource, .deferred, .role:
                    // Numbers stay the same whatever is wanted.
                    let entry = entry(task, in: scope)
                    guard isWanted(task) else { continue }
                    turns.append(.task(entries.count))
                    entries.append(entry)
                }
            }
        }

        private mutating func entry(_ task: Play.Task, in scope: [Scope]) -> Entry {
            let place = handler.map { "\($0): " } ?? ""
            let resource = ResourceID(kind: task.resourceID.kind, name: redaction(task.resourceID.name))
            let id = TaskID(
                play: play,
                handler: handler,
                role: task.role,
                resource: resource,
                occurrence: occurrence(of: "\(task.role ?? "") \(resource)")
            )
            let number = occurrence(of: "heading " + task.heading)
            return Entry(
                task: task,
                sharedName: "\(place)\(task.heading) #\(number)",
                scope: scope,
                planned: PlannedTask(id: id, heading: redaction(task.heading), tags: task.tags.sorted())
            )
        }

        private mutating func occurrence(of name: String) -> Int {
            occurrences[name, default: 0] += 1
            return occurrences[name, default: 0]
        }
    }
}

/// All that one host does in a play: its tasks, and behind them those of the handlers that may be notified.
struct HostTasks: Sendable {
    let main: Program
    private(set) var handlers: [HandlerTasks] = []
    private let redaction: Redaction

    struct HandlerTasks: Sendable {
        let name: String
        let program: Program
        /// The number of its first task, for reports.
        let first: Int
    }

    /// - Parameters:
    ///   - tasks: expanded.
    ///   - redaction: names and identities of tasks are known and shown without these secrets.
    ///   - isWanted: asked of each in turn; those for which it is false are left out. Handlers always come whole.
    /// - Throws: `PreflightError` where two handlers have one name, or one notifies itself.
    init(
        _ tasks: [Play.Task],
        play: String,
        redaction: Redaction = Redaction(),
        where isWanted: (Play.Task) -> Bool = { _ in true }
    ) throws {
        self.redaction = redaction
        main = Program(tasks, play: play, redaction: redaction, where: isWanted)
        for entry in main.entries {
            for handler in entry.task.handlers { try add(handler, play: play, notifiedBy: []) }
        }
    }

    /// Adds the handler, and behind it those that its own tasks notify.
    private mutating func add(_ handler: Handler, play: String, notifiedBy outer: [String]) throws {
        guard !outer.contains(handler.name) else {
            throw PreflightError(problems: ["the handler «\(handler.name)» notifies itself"])
        }
        let tasks = try handler.tasks.flatMap { try $0.expanded() }
        let program = Program(tasks, play: play, handler: handler.name, redaction: redaction)
        if let known = handlers.first(where: { $0.name == handler.name }) {
            guard known.program.entries.map(\.id) == program.entries.map(\.id) else {
                throw PreflightError(problems: [
                    "two handlers are called «\(handler.name)» and do different things; give one another name"
                ])
            }
        } else {
            handlers.append(HandlerTasks(name: handler.name, program: program, first: all.count))
        }
        for inner in program.entries.flatMap(\.task.handlers) {
            try add(inner, play: play, notifiedBy: outer + [handler.name])
        }
    }

    var all: [Program.Entry] { main.entries + handlers.flatMap(\.program.entries) }
}
