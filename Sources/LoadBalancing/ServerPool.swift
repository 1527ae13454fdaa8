/// Which servers of a virtual server get new connections: a value that decides from the results of checks alone.
public struct ServerPool: Sendable {
    public struct Server: Hashable, Sendable {
        /// Its part of the connections; 0: none.
        public var weight: Int
        /// For each of its checks, whether it fails before its first result.
        public var checks: [Bool]
        /// Whether its connections may go on while it is down (`inhibit_on_failure`).
        public var isOnlyInhibited: Bool

        public init(weight: Int = 1, checks: [Bool] = [], isOnlyInhibited: Bool = false) {
            self.weight = weight
            self.checks = checks
            self.isOnlyInhibited = isOnlyInhibited
        }
    }

    public struct Settings: Hashable, Sendable {
        public var servers: [Server]
        /// The least weight of all servers that are up for the pool to have a quorum.
        public var quorum: Int
        /// How far the weight must go beyond the quorum before that changes.
        public var hysteresis: Int
        /// Whether another server takes all connections while there is no quorum.
        public var hasSorryServer: Bool

        public init(servers: [Server], quorum: Int = 1, hysteresis: Int = 0, hasSorryServer: Bool = false) {
            self.servers = servers
            self.quorum = quorum
            self.hysteresis = hysteresis
            self.hasSorryServer = hasSorryServer
        }
    }

    public enum Change: Hashable, Sendable {
        case server(Int, isUp: Bool)
        case quorum(isReached: Bool)
    }

    public enum Member: Hashable, Sendable {
        case server(Int)
        case sorryServer
    }

    public let settings: Settings
    /// Of each server's checks, whether it fails.
    private var failures: [[Bool]]
    public private(set) var hasQuorum: Bool

    public init(_ settings: Settings) {
        self.settings = settings
        failures = settings.servers.map { $0.checks }
        hasQuorum = false
        // At the beginning the hysteresis holds nobody back.
        hasQuorum = weight > 0 && weight >= settings.quorum
    }

    /// A server without a failing check is up.
    public func isUp(_ server: Int) -> Bool { !failures[server].contains(true) }

    /// Of all servers that are up.
    public var weight: Int {
        settings.servers.indices.reduce(0) { $0 + (isUp($1) ? settings.servers[$1].weight : 0) }
    }

    /// Takes in the result of a check.
    ///
    /// - Returns: what follows from it, in this order.
    public mutating func report(check: Int, of server: Int, passes: Bool) -> [Change] {
        let wasUp = isUp(server)
        failures[server][check] = !passes
        guard isUp(server) != wasUp else { return [] }
        let change = Change.server(server, isUp: !wasUp)
        let weight = weight
        let threshold = settings.quorum + (hasQuorum ? -settings.hysteresis : settings.hysteresis)
        let isReached = weight > 0 && weight >= threshold
        guard isReached != hasQuorum else { return [change] }
        hasQuorum = isReached
        return [change, .quorum(isReached: isReached)]
    }

    /// Who gets new connections, with their weights.
    public var members: [(member: Member, weight: Int)] {
        if settings.hasSorryServer, !hasQuorum { return [(.sorryServer, 1)] }
        return settings.servers.indices.filter { isUp($0) && settings.servers[$0].weight > 0 }
            .map { (.server($0), settings.servers[$0].weight) }
    }

    /// Whose connections go on: besides the members, those that nothing new is given to.
    public var lasting: [Member] {
        if settings.hasSorryServer, !hasQuorum { return [.sorryServer] }
        return settings.servers.indices.filter { isUp($0) || settings.servers[$0].isOnlyInhibited }
            .map { .server($0) }
    }
}
