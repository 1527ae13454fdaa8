public import HostInventory
public import Provisioning
import Synchronization

/// Counts what a run costs in round trips: every write to a shell is one exchange.
public final class CountingConnector: Connector {
    private let base: any Connector
    private let counts = Mutex<[String: Counts]>([:])

    public struct Counts: Sendable, Equatable {
        public var connections = 0
        public var channels = 0
        /// Writes that were answered, logins not counted.
        public var exchanges = 0

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

private struct CountingChannel: TransportChannel {
    let base: any TransportChannel
    let count: @Sendable ((inout CountingConnector.Counts) -> Void) -> Void

    func write(_ bytes: [UInt8]) async throws {
        try await base.write(bytes)
        count { $0.exchanges += 1 }
    }

    func finishWriting() async throws { try await base.finishWriting() }
    func read() async throws -> TransportChunk { try await base.read() }
    func close() async { await base.close() }
}
