/// All that one host does in a play: its tasks, and behind them those of the handlers that may be notified.
struct HostTasks: Sendable {
    var main: Program
    var handlers: [HandlerTasks] = []

    struct HandlerTasks: Sendable {
        let name: String
        let program: Program
        /// The number of its first task, for reports.
        let first: Int
    }

    /// - Parameters:
    ///   - tasks: expanded.
    ///   - isWanted: tasks for which it is false are left out; handlers always come whole.
    init(_ tasks: [Play.Task], where isWanted: @escaping (Play.Task) -> Bool) throws {
        main = Program(tasks, where: isWanted)
        try addHandlers()
    }

    /// Leaves out what comes before the first task that `isStart` holds for.
    ///
    /// - Returns: `false` where there is none, and nothing is left.
    mutating func start(at isStart: (Play.Task) -> Bool) throws -> Bool {
        let start = main.entries.firstIndex { isStart($0.task) }
        main.entries.removeFirst(start ?? main.entries.count)
        try addHandlers()
        return start != nil
    }

    private mutating func addHandlers() throws {
        handlers = []
        var first = main.entries.count
        for handler in main.entries.flatMap(\.task.handlers)
        where !handlers.contains(where: { $0.name == handler.name }) {
            let program = Program(try handler.tasks.flatMap { try $0.expanded() })
            handlers.append(HandlerTasks(name: handler.name, program: program, first: first))
            first += program.entries.count
        }
    }

    var headings: [String] { all.map(\.task.heading) }
    var all: [Program.Entry] { main.entries + handlers.flatMap(\.program.entries) }
}
