/// A reusable piece of a play: a value with typed parameters, whose tasks follow from them.
public protocol Role: PlayItem {
    @TaskBuilder var tasks: [Play.Task] { get throws }
    /// How headings call it; the type's name unless it says otherwise.
    static var name: String { get }
}

extension Role {
    public static var name: String { "\(Self.self)" }
}

/// Tasks that run at the end of a play, or where handlers are flushed, once, on hosts where a task that notifies them
/// changed something.
public struct Handler: Sendable {
    public let name: String
    let tasks: [Play.Task]
    let supersededBy: [ResourceID]

    /// - Parameter supersededBy: resources whose change does what the handler would do: a service that was only just
    ///   started needs no restart. The handler does not run where one of them changed after the task that notified it.
    public init(
        _ name: String,
        supersededBy: [ResourceID] = [],
        @TaskBuilder tasks: () throws -> [Play.Task]
    ) rethrows {
        self.name = name
        self.supersededBy = supersededBy
        self.tasks = try tasks().map { task in
            task.title == task.resourceID.description ? task.named(name) : task
        }
    }
}

/// Resources, tasks, roles and blocks, in the order in which they are done.
@resultBuilder
public enum TaskBuilder: ListBuilder {
    public typealias Element = Play.Task

    public static func buildExpression(_ item: some PlayItem) -> [Play.Task] { [item.asTask] }
    public static func buildExpression(_ flush: FlushHandlers) -> [Play.Task] {
        [Play.Task("Flush handlers", .flush)]
    }
    public static func buildExpression(_ tasks: [Play.Task]) -> [Play.Task] { tasks }
}
