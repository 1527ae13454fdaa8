extension Play {
    /// A resource in a play: what the engine converges, and what it is called.
    public struct Task: Sendable {
        /// For people; the resource's identity where nothing better was said.
        public var title: String
        /// The type of the role that it came from.
        public internal(set) var role: String?
        public var privilege: Privilege?
        public var handlers: [Handler] = []
        /// A failure is reported, and the host goes on.
        public var ignoresFailure = false
        private let content: Content

        private enum Content: Sendable {
            case resource(AnyResource)
            /// Stands for the tasks of a role until a play's tasks are complete, so that only the play must `try`.
            case role(@Sendable () throws -> [Task])
        }

        public init(_ resource: some Resource) {
            content = .resource(AnyResource(resource))
            title = resource.id.description
        }

        init<R: Role>(_ role: R) {
            content = .role { try role.tasks }
            title = R.name
            self.role = R.name
        }

        var resource: AnyResource {
            guard case .resource(let resource) = content else {
                preconditionFailure("the role \(title) was not expanded into its tasks")
            }
            return resource
        }

        /// The task itself, or those of the role that it stands for.
        func expanded() throws -> [Task] {
            guard case .role(let tasks) = content else { return [self] }
            return try tasks().flatMap { try $0.expanded() }.map { task in
                task.with {
                    $0.role = $0.role ?? role
                    $0.privilege = $0.privilege ?? privilege
                }
            }
        }

        public var resourceID: ResourceID { resource.id }

        public func named(_ title: String) -> Task { with { $0.title = title } }
        /// Looks and acts as another user than the play's.
        public func become(_ privilege: Privilege) -> Task { with { $0.privilege = privilege } }
        /// Runs `handler` at the end of the play, once, where this task changed something.
        public func notify(_ handler: Handler) -> Task { with { $0.handlers.append(handler) } }
        public func ignoringFailure() -> Task { with { $0.ignoresFailure = true } }

        func with(_ change: (inout Task) -> Void) -> Task {
            var copy = self
            change(&copy)
            return copy
        }

        /// How headings show it: "docker_server : Build the image".
        public var heading: String { role.map { "\($0) : \(title)" } ?? title }
    }
}

extension Resource {
    public func named(_ title: String) -> Play.Task { Play.Task(self).named(title) }
    public func become(_ privilege: Privilege) -> Play.Task { Play.Task(self).become(privilege) }
    public func notify(_ handler: Handler) -> Play.Task { Play.Task(self).notify(handler) }
    public func ignoringFailure() -> Play.Task { Play.Task(self).ignoringFailure() }
}

/// Tasks that run at the end of a play, once, on hosts where a task that notifies them changed something.
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

/// A reusable piece of a play: a value with typed parameters, whose tasks follow from them.
public protocol Role: Sendable {
    @TaskBuilder var tasks: [Play.Task] { get throws }
    /// How headings call it; the type's name unless it says otherwise.
    static var name: String { get }
}

extension Role {
    public static var name: String { "\(Self.self)" }
}

/// Resources, tasks and roles, in the order in which they are done.
@resultBuilder
public enum TaskBuilder {
    public static func buildExpression(_ resource: some Resource) -> [Play.Task] { [Play.Task(resource)] }
    public static func buildExpression(_ task: Play.Task) -> [Play.Task] { [task] }
    public static func buildExpression(_ tasks: [Play.Task]) -> [Play.Task] { tasks }
    public static func buildExpression(_ role: some Role) -> [Play.Task] { [Play.Task(role)] }
    public static func buildBlock(_ parts: [Play.Task]...) -> [Play.Task] { parts.flatMap(\.self) }
    public static func buildArray(_ parts: [[Play.Task]]) -> [Play.Task] { parts.flatMap(\.self) }
    public static func buildOptional(_ part: [Play.Task]?) -> [Play.Task] { part ?? [] }
    public static func buildEither(first: [Play.Task]) -> [Play.Task] { first }
    public static func buildEither(second: [Play.Task]) -> [Play.Task] { second }
}
