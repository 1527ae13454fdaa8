import CLibSSH2

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What a connection is doing until it is open.
enum ConnectStage: Sendable {
    case resolving
    case connecting(String)
    case forwarding(String)
    case handshake
    case hostKey
    case authenticating(String)

    var wanted: String {
        switch self {
        case .resolving: "the address of the host"
        case .connecting(let address): "a TCP connection to \(address)"
        case .forwarding(let gateway): "a connection forwarded by the jump host \(gateway)"
        case .handshake: "the SSH handshake"
        case .hostKey: "the host key to be recorded"
        case .authenticating(let with): "an answer to \(with)"
        }
    }

    var remedy: String {
        switch self {
        case .resolving: "check the name server, or give the address in the inventory"
        case .connecting: "see whether the host is up and a firewall drops the port"
        case .forwarding: "see whether the host is up, seen from the jump host"
        case .handshake: "see whether an SSH server listens on that port, and the host's load"
        case .hostKey: "see whether the known_hosts file is on a file system that hangs"
        case .authenticating: "see the host's sshd log and load (PAM, DNS)"
        }
    }
}

extension SSHConnection {
    /// Connects, verifies the host key, and logs in.
    ///
    /// - Parameters:
    ///   - gateway: the connection to a jump host, over which the endpoint is reached; kept open as long as this one.
    ///   - deadline: for all of it; while a passphrase is asked for the clock stands still. Where the server does not wait
    ///     for the answer (sshd's LoginGraceTime), it is connected to again, with the answer.
    /// - Throws: `SSHError`, or `CancellationError`; nothing is left open then.
    public static func connect(
        to endpoint: SSHEndpoint,
        hostKeys: HostKeyPolicy,
        authentication: Authentication,
        over gateway: SSHConnection? = nil,
        deadline: Duration = .seconds(15),
        keepalive: Keepalive = .usual,
        loop: EventLoop = .shared
    ) async throws -> SSHConnection {
        var attempt = 1
        while true {
            let connection = SSHConnection(endpoint: endpoint, keepalive: keepalive, loop: loop)
            do {
                try await connection.establish(
                    hostKeys: hostKeys,
                    authentication: authentication,
                    over: gateway,
                    deadline: deadline
                )
                return connection
            } catch {
                guard attempt < mostAttempts, await connection.wasLostWhileAsking else { throw error }
                attempt += 1
            }
        }
    }

    /// Who never answers in time is not asked for ever.
    private static let mostAttempts = 3

    private func establish(
        hostKeys: HostKeyPolicy,
        authentication: Authentication,
        over gateway: SSHConnection?,
        deadline: Duration
    ) async throws {
        let until = ContinuousClock.now + deadline
        setDeadline(until, limit: deadline)
        do {
            if let gateway {
                try await attach(openStream(over: gateway))
            } else {
                try await attach(SocketStream(descriptor: openSocket(until: until), loop: loop))
            }
            stage = .handshake
            try await handshake(preferring: hostKeys.preferredTypes(for: endpoint))
            stage = .hostKey
            try await verifyHostKey(hostKeys)
            try await authenticate(authentication, limit: deadline)
            try Task.checkCancellation()
        } catch {
            // Where the deadline passed, or the server hung up, everything has ended with that error already.
            if case .closed(let reason) = phase { throw reason }
            noteLossWhileAsking()
            tearDown(error)
            throw error
        }
        if let deadlineTimer { loop.cancel(deadlineTimer) }
        phase = .open
        startKeepalive()
    }

    // MARK: The deadline

    func setDeadline(_ deadline: ContinuousClock.Instant, limit: Duration) {
        if let deadlineTimer { loop.cancel(deadlineTimer) }
        self.deadline = deadline
        deadlineTimer = loop.schedule(at: deadline) { [weak self] in
            self?.assumeIsolated { connection in
                connection.tearDown(
                    connection.failure(
                        .timeout,
                        wanted: "\(connection.stage.wanted) within \(limit.shortText)",
                        seen: "none",
                        remedy: connection.stage.remedy
                    )
                )
            }
        }
    }

    /// Stops the connection's clock, while a person is asked.
    /// - Returns: the time that was left.
    func suspendDeadline() -> Duration {
        if let deadlineTimer { loop.cancel(deadlineTimer) }
        deadlineTimer = nil
        return ContinuousClock.now.duration(to: deadline)
    }

    func resumeDeadline(remaining: Duration, limit: Duration) {
        if case .closed = phase { return }
        setDeadline(.now + remaining, limit: limit)
    }

    /// Waits for what is not the connection's socket, under the connection's deadline.
    func waitOutside<Value: Sendable>(for completion: Completion<Value>) async throws -> Value {
        if case .closed(let error) = phase { throw error }
        endExternalWait = { completion.finish(.failure($0)) }
        defer { endExternalWait = nil }
        return try await completion.value()
    }

    // MARK: TCP

    /// Tries all addresses of the host, each with its share of the time that is left.
    private func openSocket(until deadline: ContinuousClock.Instant) async throws -> Int32 {
        let addresses = try await resolve()
        var failures: [(address: SocketAddress, code: Int32)] = []
        for (index, address) in addresses.enumerated() {
            stage = .connecting(address.text)
            let now = ContinuousClock.now
            let share = now.duration(to: deadline) / (addresses.count - index)
            // The last one has the connection's own deadline.
            let until = index == addresses.count - 1 ? nil : now + share
            do throws(SystemError) {
                return try await openSocket(address, until: until)
            } catch {
                if error.code == ECANCELED { try Task.checkCancellation() }
                if case .closed(let reason) = phase { throw reason }
                failures.append((address, error.code))
            }
        }
        let seen = failures.map { "\($0.address.text): \(systemErrorText($0.code))" }.joined(separator: "; ")
        let refused = failures.allSatisfy { $0.code == ECONNREFUSED }
        throw failure(
            refused ? .refused : failures.contains { $0.code == ETIMEDOUT } ? .timeout : .unreachable,
            wanted: "a TCP connection to port \(endpoint.port)",
            seen: seen,
            remedy: refused
                ? "see whether sshd runs there and listens on port \(endpoint.port)"
                : "see whether the host is up and reachable from here"
        )
    }

    private func resolve() async throws -> [SocketAddress] {
        let (host, port) = (endpoint.host, endpoint.port)
        if let address = try? SocketAddress.resolve(host, port: port, onlyNumeric: true) { return address }
        do {
            let resolving = BlockingPool.shared.start {
                try SocketAddress.resolve(host, port: port, onlyNumeric: false)
            }
            return try await waitOutside(for: resolving)
        } catch let error as SocketAddress.ResolutionError {
            throw failure(
                .resolution,
                wanted: "an address of \"\(host)\"",
                seen: error.text,
                remedy: "check the spelling, or give the address in the inventory"
            )
        }
    }

    /// - Throws: `SystemError`; ECANCELED where the wait was ended from outside.
    private func openSocket(
        _ address: SocketAddress,
        until deadline: ContinuousClock.Instant?
    ) async throws(SystemError) -> Int32 {
        let descriptor = try Socket.startConnecting(to: address)
        let connected = Completion<Int32>()
        let registration: UInt64
        do {
            registration = try loop.register(descriptor) { event in
                if event.writable || event.hangup {
                    connected.finish(.success(Socket.connectResult(descriptor)))
                }
            }
        } catch {
            closeDescriptor(descriptor)
            throw error
        }
        let timer = deadline.map { loop.schedule(at: $0) { connected.finish(.success(ETIMEDOUT)) } }
        let code = (try? await waitOutside(for: connected)) ?? ECANCELED
        if let timer { loop.cancel(timer) }
        loop.unregister(descriptor, registration: registration)
        guard code == 0 else {
            closeDescriptor(descriptor)
            throw SystemError(call: "connect", code: code)
        }
        return descriptor
    }

    // MARK: Jump hosts

    private func openStream(over gateway: SSHConnection) async throws -> ChannelStream {
        precondition(gateway.loop === loop, "a gateway lives on the same event loop")
        stage = .forwarding(gateway.endpoint.description)
        let opened = Completion<ChannelStream>()
        let (host, port) = (endpoint.host, endpoint.port)
        let opening = Task {
            do {
                opened.finish(.success(try await gateway.openStream(to: host, port: port)))
            } catch {
                opened.finish(.failure(error))
            }
        }
        defer { opening.cancel() }
        do {
            return try await waitOutside(for: opened)
        } catch let error as SSHError where error.host == gateway.endpoint.description {
            throw failure(
                error.kind == .channel ? .refused : error.kind,
                wanted: stage.wanted,
                seen: error.seen,
                remedy: error.kind == .channel
                    ? "see whether sshd listens on port \(port) there, and AllowTcpForwarding of the jump host"
                    : error.remedy
            )
        }
    }

    // MARK: SSH

    private func handshake(preferring types: [String]) async throws {
        let algorithms = types.joined(separator: ",")
        guard let session, let descriptor = wire?.descriptor else { return }
        if libssh2_session_method_pref(session, LIBSSH2_METHOD_HOSTKEY, algorithms) != 0 {
            throw handshakeFailure(lastMessage())
        }
        do {
            try await perform(.session) { [self] session -> Void? in
                let code = libssh2_session_handshake(session, descriptor)
                if code == LIBSSH2_ERROR_EAGAIN { return nil }
                if code != 0 { throw handshakeFailure(lastMessage()) }
                return ()
            }
        } catch let error as SSHError where error.kind == .connectionLost {
            throw handshakeFailure(error.seen)
        }
    }

    private nonisolated func handshakeFailure(_ seen: String) -> SSHError {
        failure(
            .handshake,
            wanted: "an SSH server on port \(endpoint.port)",
            seen: seen,
            remedy: "see what listens there (ssh -v); servers without the algorithms of libssh2 "
                + "need the OpenSSH transport"
        )
    }

    /// The key that the server proved to have.
    func serverKey() throws -> HostKey {
        var length = 0
        var type: Int32 = 0
        guard let session, let blob = libssh2_session_hostkey(session, &length, &type),
            let key = HostKey(blob: [UInt8](UnsafeRawBufferPointer(start: blob, count: length)))
        else { throw handshakeFailure("no host key") }
        return key
    }
}
