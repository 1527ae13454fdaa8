/// Tasks that stand and fall together.
///
/// Where one of them fails, the rest is left out and `rescue` runs; when that does well, the host goes on as if nothing
/// had failed. `always` runs in either case, unless the connection is lost.
public struct Block: PlayItem {
    public let asTask: Play.Task

    public init(
        @TaskBuilder _ body: () throws -> [Play.Task],
        @TaskBuilder rescue: () throws -> [Play.Task],
        @TaskBuilder always: () throws -> [Play.Task]
    ) rethrows {
        asTask = Play.Task("Block", .block(body: try body(), rescue: try rescue(), always: try always()))
    }

    public init(
        @TaskBuilder _ body: () throws -> [Play.Task],
        @TaskBuilder rescue: () throws -> [Play.Task]
    ) rethrows {
        asTask = Play.Task("Block", .block(body: try body(), rescue: try rescue(), always: []))
    }

    public init(
        @TaskBuilder _ body: () throws -> [Play.Task],
        @TaskBuilder always: () throws -> [Play.Task]
    ) rethrows {
        asTask = Play.Task("Block", .block(body: try body(), rescue: [], always: try always()))
    }

    public init(@TaskBuilder _ body: () throws -> [Play.Task]) rethrows {
        asTask = Play.Task("Block", .block(body: try body(), rescue: [], always: []))
    }
}

/// A task whose resource follows from results of earlier tasks: it is computed, looked at and planned when its turn
/// comes. Check mode says "unknown" where a result is not known.
public struct Deferred: PlayItem {
    public let asTask: Play.Task

    /// - Parameters:
    ///   - title: for people; what the resource is called is not known yet.
    ///   - resource: what it throws fails the task.
    public init(_ title: String, resource: @escaping @Sendable (TaskResults) throws -> some Resource) {
        asTask = Play.Task(title, .deferred { AnyResource(try resource($0)) })
    }
}

/// Runs the handlers that were notified so far here, not only at the end of the play.
public struct FlushHandlers: Sendable {
    public init() {}
}
