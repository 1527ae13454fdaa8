public import HostInventory
public import Provisioning
import Synchronization

/// Counts what a run costs in round trips: each write that is answered is one exchange.
public final class CountingConnector: Connector {
    private let base: any Connector
    private let counts = Mutex<[String: Counts]>([:])

    public struct Counts: Sendable, Equatable {
        public var connections = 0
        public var channels = 0
        /// Opening a shell not counted, though a password that was asked for.
        public var exchanges = 0
        /// Channels that took bulk data; what went over them is no exchange.
        public var uploads = 0

        public init() {}
    }

    public init(_ base: any Connector) { self.base = base }

    public func counts(of host: String) -> Counts { counts.withLock { $0[host] ?? Counts() } }

    public func reset() { counts.withLock { $0 = [:] } }

    public func connect(to host: Inventory.Host, deadline: Duration) async throws -> any Transport {
        let transport = try await base.connect(to: host, deadline: deadline)
        count(host.name) { $0.connections += 1 }
        return CountingTransport(base: transport) { change in self.count(host.name, change) }
    }

    private func count(_ host: String, _ change: (inout Counts) -> Void) {
        counts.withLock { change(&$0[host, default: Counts()]) }
    }
}

private struct CountingTransport: Transport {
    let base: any Transport
    let count: @Sendable ((inout CountingConnector.Counts) -> Void) -> Void

    var loginUser: String { base.loginUser }

    func open(_ command: String) async throws -> any TransportChannel {
        let channel = try await base.open(command)
        count { $0.channels += 1 }
        return CountingChannel(base: channel, count: count)
    }

    func close() async { await base.close() }
}

private final class CountingChannel: TransportChannel {
    private let base: any TransportChannel
    private let count: @Sendable ((inout CountingConnector.Counts) -> Void) -> Void
    private let own = Mutex((exchanges: 0, isAnswered: true))

    init(
        base: any TransportChannel,
        count: @escaping @Sendable ((inout CountingConnector.Counts) -> Void) -> Void
    ) {
        self.base = base
        self.count = count
    }

    func write(_ bytes: [UInt8]) async throws {
        let isExchange = own.withLock { own in
            defer { own.isAnswered = false }
            if own.isAnswered { own.exchanges += 1 }
            return own.isAnswered
        }
        if isExchange { count { $0.exchanges += 1 } }
        try await base.write(bytes)
    }

    /// Only bulk data has an end; the input of a shell stays open.
    func finishWriting() async throws {
        let exchanges = own.withLock(\.exchanges)
        count {
            $0.exchanges -= exchanges
            $0.uploads += 1
        }
        try await base.finishWriting()
    }

    func read() async throws -> TransportChunk {
        let chunk = try await base.read()
        own.withLock { $0.isAnswered = true }
        return chunk
    }

    func close() async { await base.close() }
}
