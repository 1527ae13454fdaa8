/// Names what a task wrote, and says what type it is read as.
public struct ResultKey<Value: Sendable>: Sendable {
    public let name: String
    let read: @Sendable (ShellOutput) throws -> Value

    /// - Parameters:
    ///   - name: unique in the play.
    ///   - read: what it throws fails the task that reads the result.
    public init(_ name: String, read: @escaping @Sendable (ShellOutput) throws -> Value) {
        self.name = name
        self.read = read
    }
}

extension ResultKey where Value == String {
    /// The output as text, without white space around it.
    public init(_ name: String) {
        self.init(name) { $0.text.trimmed }
    }
}

/// What became of a host's earlier tasks in this play.
public struct TaskResults: Sendable {
    private var outputs: [String: ShellOutput] = [:]
    private var changes: [ResourceID: Bool] = [:]
    private let check: Bool

    init(check: Bool = false) { self.check = check }

    /// What the task that saved it wrote.
    ///
    /// - Throws: where that task did not run, or check mode cannot know.
    public subscript<Value>(_ key: ResultKey<Value>) -> Value {
        get throws {
            guard let output = outputs[key.name] else { throw missing("the result «\(key.name)»") }
            return try key.read(output)
        }
    }

    /// Whether the task of that resource changed something.
    ///
    /// - Throws: where no task of that resource was done before, or check mode cannot know.
    public func changed(_ resource: ResourceID) throws -> Bool {
        guard let changed = changes[resource] else { throw missing("whether \(resource) changed") }
        return changed
    }

    private func missing(_ what: String) -> any Error {
        check ? ResultUnknown(what: what) as any Error : ResultMissing(what: what)
    }

    func output(named name: String) -> ShellOutput? { outputs[name] }

    mutating func save(_ output: ShellOutput, as name: String) { outputs[name] = output }

    mutating func note(_ outcome: TaskResult.Outcome, of resource: ResourceID) {
        switch outcome {
        case .ok, .skipped: changes[resource] = changes[resource] ?? false
        case .changed: changes[resource] = true
        case .unknown, .failed: changes[resource] = nil
        }
    }
}

/// Check mode: nothing was run that could have had this result.
struct ResultUnknown: Error, CustomStringConvertible {
    let what: String
    var description: String { "depends on a result: \(what) is known only after the run" }
}

struct ResultMissing: Error, CustomStringConvertible {
    let what: String
    var description: String { "\(what) is not there: no task before this one on this host says so" }
}
