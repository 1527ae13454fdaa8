import Provisioning

/// A play made by chance from a seed.
struct RandomPlay: Sendable {
    indirect enum Node: Sendable {
        case task(Task)
        case block(body: [Node], rescue: [Node], always: [Node])
        case flush
    }

    struct Task: Sendable {
        let name: String
        /// Hosts on which it fails.
        var failing: Set<String> = []
        var ignoresFailure = false
        var runsOnce = false
        var throttle: Int?
        var notifies: [String] = []
    }

    /// What a play may have besides tasks and blocks.
    struct Features: OptionSet, Sendable {
        let rawValue: Int
        static let handlers = Features(rawValue: 1)
        static let runOnce = Features(rawValue: 2)
    }

    let hosts: [String]
    private(set) var nodes: [Node] = []
    /// Of handlers, which have one task each, by their names.
    private(set) var handlers: [String: Task] = [:]
    private(set) var tasks: [Task] = []
    private let features: Features

    init(hosts: Int = 5, _ features: Features, by chance: inout some RandomNumberGenerator) {
        self.hosts = (1...hosts).map { "h\($0)" }
        self.features = features
        if features.contains(.handlers) {
            for name in ["reload", "restart", "clear"] {
                let failing = someHosts(1, of: 12, &chance)
                handlers[name] = Task(name: name, failing: failing)
            }
        }
        nodes = list(depth: 0, &chance)
    }

    private func someHosts(_ share: Int, of total: Int, _ chance: inout some RandomNumberGenerator) -> Set<
        String
    > {
        Set(hosts.filter { _ in Int.random(in: 0..<total, using: &chance) < share })
    }

    private mutating func list(depth: Int, _ chance: inout some RandomNumberGenerator) -> [Node] {
        (0..<Int.random(in: depth == 0 ? 3...6 : 0...3, using: &chance)).map { _ in
            switch Int.random(in: 0..<10, using: &chance) {
            case 0 where features.contains(.handlers): return .flush
            case 1...3 where depth < 3:
                return .block(
                    body: list(depth: depth + 1, &chance),
                    rescue: list(depth: depth + 1, &chance),
                    always: list(depth: depth + 1, &chance)
                )
            default: return .task(task(&chance))
            }
        }
    }

    private mutating func task(_ chance: inout some RandomNumberGenerator) -> Task {
        var task = Task(name: "task\(tasks.count)")
        task.failing = someHosts(1, of: 6, &chance)
        task.ignoresFailure = Int.random(in: 0..<5, using: &chance) == 0
        if Int.random(in: 0..<4, using: &chance) == 0 {
            task.throttle = Int.random(in: 1...2, using: &chance)
        }
        if features.contains(.runOnce), Int.random(in: 0..<5, using: &chance) == 0 {
            task.runsOnce = true
            // Whoever does it must come to the same end.
            task.failing = task.failing.count > 3 ? Set(hosts) : []
        } else {
            task.notifies = handlers.keys.sorted().filter { _ in Int.random(in: 0..<5, using: &chance) == 0 }
        }
        tasks.append(task)
        return task
    }

    // MARK: As a play

    @TaskBuilder var playTasks: [Play.Task] { nodes.flatMap(playTasks(of:)) }

    private func playTasks(of node: Node) -> [Play.Task] {
        switch node {
        case .flush: return flush
        case .task(let task): return [playTask(of: task)]
        case .block(let body, let rescue, let always):
            func all(_ nodes: [Node]) -> [Play.Task] { nodes.flatMap(playTasks(of:)) }
            if rescue.isEmpty { return [Block({ all(body) }, always: { all(always) }).asTask] }
            return [Block({ all(body) }, rescue: { all(rescue) }, always: { all(always) }).asTask]
        }
    }

    @TaskBuilder private var flush: [Play.Task] { FlushHandlers() }

    private func playTask(of task: Task) -> Play.Task {
        var made = Scripted(name: task.name).asTask
        for name in task.notifies { made = made.notify(Handler(name) { Scripted(name: name) }) }
        if task.ignoresFailure { made = made.ignoringFailure() }
        if task.runsOnce { made = made.runOnce() }
        if let throttle = task.throttle { made = made.throttle(throttle, file: task.name) }
        return made
    }
}

/// An action that the fake fleet knows by its name.
struct Scripted: Resource {
    let name: String
    var isAction: Bool { true }
    var probe: Probe<Void> { .constant(()) }
    func plan(from state: Void) -> Plan { .change([.script(name, name)], Difference()) }
}

/// What one host must do in a random play, said by a plain recursive interpreter: the engine is a flat one.
struct ExpectedHost {
    let host: String
    let play: RandomPlay
    /// Names of tasks and handlers in their order; of those that run once only that the host came to them.
    private(set) var done: [String] = []
    private(set) var cameToOnce: Set<String> = []
    private(set) var pending: Set<String> = []
    private(set) var isWell = true

    init(_ host: String, in play: RandomPlay) {
        self.host = host
        self.play = play
        isWell = run(play.nodes) && runHandlers()
    }

    private mutating func run(_ nodes: [RandomPlay.Node]) -> Bool {
        for node in nodes {
            let isWell =
                switch node {
                case .flush: runHandlers()
                case .task(let task): run(task)
                case .block(let body, let rescue, let always): run(body, rescue, always)
                }
            if !isWell { return false }
        }
        return true
    }

    private mutating func run(
        _ body: [RandomPlay.Node],
        _ rescue: [RandomPlay.Node],
        _ always: [RandomPlay.Node]
    )
        -> Bool
    {
        let isWell = run(body) || (!rescue.isEmpty && run(rescue))
        return run(always) && isWell
    }

    private mutating func run(_ task: RandomPlay.Task) -> Bool {
        if task.runsOnce { cameToOnce.insert(task.name) } else { done.append(task.name) }
        guard !task.failing.contains(host) else { return task.ignoresFailure }
        pending.formUnion(task.notifies)
        return true
    }

    private mutating func runHandlers() -> Bool {
        let order = play.tasks.flatMap(\.notifies)
        while let name = order.first(where: pending.contains) {
            done.append(name)
            if play.handlers[name]?.failing.contains(host) == true { return false }
            pending.remove(name)
        }
        return true
    }
}
