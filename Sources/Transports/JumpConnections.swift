import SSH
import Synchronization

/// The open connections to jump hosts, shared by the hosts behind them. One closes when the last of these is done.
final class JumpConnections: Sendable {
    /// More share another connection to the same jump host: all that is behind one has to pass through it.
    private static let mostUsers = 64

    /// The endpoints on the way, the jump host's own is the last.
    typealias Way = [SSHEndpoint]

    fileprivate struct Entry {
        let number: Int
        let connecting: Task<SSHConnection, any Error>
        var users: Int
    }

    private struct State {
        var entries: [Way: [Entry]] = [:]
        var lastNumber = 0
    }

    private let state = Mutex(State())

    /// Keeps a connection open.
    final class Lease: Sendable {
        fileprivate let connections: JumpConnections
        fileprivate let way: Way
        fileprivate let number: Int
        fileprivate let connecting: Task<SSHConnection, any Error>

        fileprivate init(_ connections: JumpConnections, _ way: Way, _ entry: Entry) {
            self.connections = connections
            self.way = way
            number = entry.number
            connecting = entry.connecting
        }

        deinit {
            connections.release(way, number)
        }

        /// Ends the attempt to connect, unless others wait for it too.
        var connection: SSHConnection {
            get async throws {
                try await withTaskCancellationHandler {
                    try await connecting.value
                } onCancel: {
                    connections.cancel(way, number)
                }
            }
        }
    }

    /// A connection that is open, or being opened by somebody else; else `connect` opens it.
    ///
    /// - Throws: what `connect` throws, also where it was called for another host.
    func lease(
        _ way: Way,
        connect: @escaping @Sendable () async throws -> SSHConnection
    ) async throws -> (lease: Lease, connection: SSHConnection) {
        while true {
            let lease = take(way, connect: connect)
            do {
                let connection = try await lease.connection
                if await connection.isOpen { return (lease, connection) }
            } catch {
                forget(way, lease.number)
                throw error
            }
            // It was lost since: the next one is new.
            forget(way, lease.number)
        }
    }

    private func take(_ way: Way, connect: @escaping @Sendable () async throws -> SSHConnection) -> Lease {
        state.withLock { state in
            var entries = state.entries[way] ?? []
            let index: Int
            if let free = entries.firstIndex(where: { $0.users < Self.mostUsers }) {
                entries[free].users += 1
                index = free
            } else {
                state.lastNumber += 1
                index = entries.count
                entries.append(
                    Entry(number: state.lastNumber, connecting: Task { try await connect() }, users: 1)
                )
            }
            state.entries[way] = entries
            return Lease(self, way, entries[index])
        }
    }

    private func release(_ way: Way, _ number: Int) {
        state.withLock { state in
            guard let index = state.entries[way]?.firstIndex(where: { $0.number == number }) else { return }
            state.entries[way]?[index].users -= 1
            if state.entries[way]?[index].users == 0 { state.entries[way]?.remove(at: index) }
        }
    }

    /// Nobody is given it any more; whoever has it keeps it.
    private func forget(_ way: Way, _ number: Int) {
        state.withLock { $0.entries[way]?.removeAll { $0.number == number } }
    }

    private func cancel(_ way: Way, _ number: Int) {
        state.withLock { state in
            guard let entry = state.entries[way]?.first(where: { $0.number == number }), entry.users == 1
            else { return }
            entry.connecting.cancel()
        }
    }
}
