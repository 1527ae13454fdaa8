/// The sessions of a run: of its hosts, and of those that tasks are delegated to.
actor SessionPool {
    private let make: @Sendable (String) -> HostSession?
    private var sessions: [String: HostSession] = [:]

    /// - Parameter make: `nil` where the inventory has no such host.
    init(make: @escaping @Sendable (String) -> HostSession?) { self.make = make }

    func session(of host: String) -> HostSession? {
        if sessions[host] == nil { sessions[host] = make(host) }
        return sessions[host]
    }

    /// The session with its connection.
    ///
    /// - Throws: `TransportError`.
    func connected(_ host: String) async throws -> HostSession {
        guard let session = session(of: host) else {
            throw TransportError(.configuration, "the inventory has no host «\(host)»")
        }
        try await session.connect()
        return session
    }

    func closeAll() async { await Array(sessions.values).fanOut(atMost: .max) { await $0.close() } }
}
