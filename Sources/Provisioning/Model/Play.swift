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
    let tasks: @Sendable (PlayHost) throws -> [Task]

    /// How many hosts go at once; a batch starts only when every host of the one before it is done and well.
    public enum Serial: Sendable, ExpressibleByIntegerLiteral {
        case hosts(Int)
        /// Of the play's hosts, at least one.
        case percent(Int)

        public init(integerLiteral count: Int) { self = .hosts(count) }

        func batchSize(of total: Int) -> Int {
            switch self {
            case .hosts(let count): max(1, count)
            case .percent(let share): max(1, total * share / 100)
            }
        }
    }

    /// - Parameters:
    ///   - title: what it does, as a sentence.
    ///   - pattern: the hosts, as Ansible writes them: `"balancers"`, `"all:!servers"`.
    ///   - become: as whom; the login user by default.
    ///   - serial: hosts in a batch; all at once by default. A failure in a batch stops the play.
    ///   - tasks: what throws here is reported with the host's name before anything is touched.
    public init(
        _ title: String,
        on pattern: Pattern,
        become: Privilege = .login,
        serial: Serial? = nil,
        @TaskBuilder tasks: @escaping @Sendable (PlayHost) throws -> [Task]
    ) {
        self.title = title
        self.pattern = pattern
        self.privilege = become
        self.serial = serial
        self.tasks = tasks
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
