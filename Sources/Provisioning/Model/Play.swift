public import HostInventory

/// Tasks for the hosts that a pattern selects.
///
/// The tasks are computed for one host at a time, from its variables and facts, before its first change. They are
/// computed once without facts before any connection, so that wrong variables are found before anything is touched.
public struct Play: Sendable {
    public let title: String
    public let pattern: Pattern
    /// As whom its tasks look and act, unless one says otherwise.
    public let privilege: Privilege
    public let serial: Serial?
    /// More failed hosts than these stop the run: hosts that have begun go on to the end of the play, and no other
    /// begins, nor does another play.
    public let maxFailures: Quantity?
    /// The first failed host stops the run at once: no host begins another task, but what always runs in blocks that
    /// were begun.
    public let anyFailureStopsAll: Bool
    public let strategy: Strategy
    public let order: Order
    /// Handlers that were notified run also on hosts where a task failed later.
    public let handlersAfterFailure: Bool
    /// Of each of its tasks.
    public let tags: Set<String>
    let tasks: @Sendable (PlayHost) throws -> [Task]
    let gates: @Sendable (PlayHost) throws -> [Gate]

    /// - Parameters:
    ///   - title: what it does, as a sentence.
    ///   - pattern: the hosts, as Ansible writes them: `"balancers"`, `"all:!servers"`.
    ///   - become: as whom; the login user by default.
    ///   - serial: hosts in a batch; all at once by default.
    ///   - maxFailures: how many hosts may fail; by default none with `serial`, and any number without.
    ///   - anyFailureStopsAll: the first failed host stops the whole run.
    ///   - strategy: each host at its own pace by default.
    ///   - order: as the pattern names them by default.
    ///   - handlersAfterFailure: handlers run also on hosts where a task failed after the one that notified them.
    ///   - tags: of each task.
    ///   - tasks: what throws here is reported with the host's name before anything is touched.
    ///   - gates: what must hold after each batch, before the next or another play begins; none by default. Computed as
    ///     the tasks are, and again before each wait, for each host of the batch that is well. What several hosts ask
    ///     alike is waited for once.
    public init(
        _ title: String,
        on pattern: Pattern,
        become: Privilege = .login,
        serial: Serial? = nil,
        maxFailures: Quantity? = nil,
        anyFailureStopsAll: Bool = false,
        strategy: Strategy = .independent,
        order: Order = .pattern,
        handlersAfterFailure: Bool = false,
        tags: Set<String> = [],
        @TaskBuilder tasks: @escaping @Sendable (PlayHost) throws -> [Task],
        @GateBuilder gates: @escaping @Sendable (PlayHost) throws -> [Gate] = { _ in [] }
    ) {
        self.title = title
        self.pattern = pattern
        self.privilege = become
        self.serial = serial
        self.maxFailures = maxFailures ?? (serial == nil ? nil : 0)
        self.anyFailureStopsAll = anyFailureStopsAll
        self.strategy = strategy
        self.order = order
        self.handlersAfterFailure = handlersAfterFailure
        self.tags = tags
        self.tasks = tasks
        self.gates = gates
    }
}

/// A host as a play sees it.
public struct PlayHost: Sendable {
    let host: Inventory.Host
    let knownFacts: Facts?
    /// The whole inventory, for what a host must know of others.
    public let inventory: Inventory

    init(host: Inventory.Host, facts: Facts?, inventory: Inventory) {
        self.host = host
        self.knownFacts = facts
        self.inventory = inventory
    }

    public var name: String { host.name }
    /// Variables, typed where they are read: `try host.vars["virtual_address"]`.
    public var vars: Variables { host.variables }

    /// What the host says of itself: its architecture, its distribution, its addresses.
    ///
    /// - Throws: before the first connection, when facts are not known yet; the play is computed again with them.
    public var facts: Facts {
        get throws {
            guard let knownFacts else { throw FactsNotGathered() }
            return knownFacts
        }
    }
}

/// Stops the computation of a play's tasks until there is a connection.
struct FactsNotGathered: Error, CustomStringConvertible {
    var description: String { "the host's facts are not gathered yet; let this error pass to the engine" }
}
