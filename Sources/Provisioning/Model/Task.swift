extension Play {
    /// A resource in a play: what the engine converges, what it is called, and how it is gone about.
    ///
    /// Tasks are made by resources, roles, `Block` and `Deferred`, and changed by the modifiers of `PlayItem`.
    public struct Task: PlayItem {
        /// For people; the resource's identity where nothing better was said.
        public var title: String
        /// The type of the role that it came from.
        public internal(set) var role: String?
        public var privilege: Privilege?
        public var handlers: [Handler] = []
        /// A failure is reported, and the host goes on.
        public var ignoresFailure = false
        /// What `--tags` and `--skip-tags` select by; those of its role, block and play are its own too.
        public var tags: Set<String> = []
        var conditions: [@Sendable (TaskResults) throws -> Bool] = []
        var retry: Retry?
        /// Exported to the scripts of its steps.
        var environment: [String: EnvironmentValue] = [:]
        /// Of each of its steps.
        var deadline: Duration?
        var savedOutput: String?
        var runsOnce = false
        /// The host on which it looks and acts instead.
        var delegate: String?
        var throttle: Throttle?
        private(set) var content: Content

        enum Content: Sendable {
            case resource(AnyResource)
            /// Stands for the tasks of a role until a play's tasks are complete, so that only the play must `try`.
            case role(any Role)
            case block(body: [Task], rescue: [Task], always: [Task])
            /// Its resource follows from results of earlier tasks.
            case deferred(@Sendable (TaskResults) throws -> AnyResource)
            case flush
        }

        struct Throttle: Sendable {
            /// How many may be at it at once.
            let hosts: Int
            /// Where this was said; all tasks of which it was said there share it.
            let place: String
        }

        struct Retry: Sendable {
            var times: Int
            var delay: Duration
            var until: (@Sendable (ShellOutput) -> Bool)?
        }

        public init(_ resource: some Resource) {
            self.init(resource.id.description, .resource(AnyResource(resource)))
        }

        init<R: Role>(_ role: R) {
            self.init(R.name, .role(role))
            self.role = R.name
        }

        init(_ title: String, _ content: Content) {
            self.title = title
            self.content = content
        }

        public var asTask: Task { self }

        /// What it converges; of a deferred task only a stand-in, until its turn comes.
        var resource: AnyResource {
            switch content {
            case .resource(let resource): resource
            case .deferred: AnyResource(Unresolved(name: title))
            case .role, .block, .flush: preconditionFailure("«\(title)» is no single task")
            }
        }

        public var resourceID: ResourceID {
            if case .resource(let resource) = content { return resource.id }
            return ResourceID(Unresolved.self, title)
        }

        /// The task itself, or those of the role that it stands for; blocks stay, with their tasks expanded.
        func expanded() throws -> [Task] {
            func inside(_ tasks: [Task]) throws -> [Task] {
                try tasks.flatMap { try $0.expanded() }.map { $0.inheriting(from: self) }
            }
            switch content {
            case .resource, .deferred, .flush: return [self]
            case .role(let role): return try inside(try role.tasks)
            case .block(let body, let rescue, let always):
                var block = self
                block.content = .block(
                    body: try inside(body),
                    rescue: try inside(rescue),
                    always: try inside(always)
                )
                return [block]
            }
        }

        /// The role that it stands for, or those of its block; roles inside of a role are not told apart.
        var roles: [any Role] {
            switch content {
            case .role(let role): [role]
            case .block(let body, let rescue, let always): (body + rescue + always).flatMap(\.roles)
            case .resource, .deferred, .flush: []
            }
        }

        /// What was said of a role or a block holds for its tasks, unless they say otherwise.
        private func inheriting(from outer: Task) -> Task {
            var task = self
            task.role = role ?? outer.role
            task.privilege = privilege ?? outer.privilege
            task.handlers += outer.handlers
            task.ignoresFailure = ignoresFailure || outer.ignoresFailure
            task.tags.formUnion(outer.tags)
            task.conditions = outer.conditions + conditions
            task.retry = retry ?? outer.retry
            task.environment = outer.environment.merging(environment) { $1 }
            task.deadline = deadline ?? outer.deadline
            task.runsOnce = runsOnce || outer.runsOnce
            task.delegate = delegate ?? outer.delegate
            task.throttle = throttle ?? outer.throttle
            if case .block(let body, let rescue, let always) = content {
                func inside(_ tasks: [Task]) -> [Task] { tasks.map { $0.inheriting(from: outer) } }
                task.content = .block(body: inside(body), rescue: inside(rescue), always: inside(always))
            }
            return task
        }

        /// The same task with the resource that its closure made.
        func resolved(_ resource: AnyResource) -> Task { with { $0.content = .resource(resource) } }

        func with(_ change: (inout Task) -> Void) -> Task {
            var copy = self
            change(&copy)
            return copy
        }

        /// How headings show it: "docker_server : Build the image".
        public var heading: String { role.map { "\($0) : \(title)" } ?? title }
    }
}

/// Stands where a deferred task's resource will be.
private struct Unresolved: Resource {
    static let kind = "Deferred"
    let name: String
    var isAction: Bool { true }
    var probe: Probe<Void> { .constant(()) }
    func plan(from state: Void) -> Plan { .unknown("depends on a result of an earlier task") }
}
