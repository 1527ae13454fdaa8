import CLibSSH2

/// One authenticated SSH connection to one host.
///
/// Any number of channels may be open, and read and written at once; they share the connection's bandwidth. All of
/// it happens on the event loop's thread.
///
/// A peer that vanishes is noticed: an operation that waits fails with `SSHError.Kind.connectionLost` when nothing
/// was heard for as long as its `Keepalive` says, although the peer was asked. A cancelled wait throws `CancellationError` at once;
/// the connection stays usable. Unless `close()` was called, the connection closes when nobody holds it any more.
public actor SSHConnection {
    public nonisolated let endpoint: SSHEndpoint
    public nonisolated let loop: EventLoop

    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    enum Phase {
        case connecting
        case open
        /// No socket any more: why.
        case closed(any Error)
    }

    private let keepalive: Keepalive

    var phase = Phase.connecting
    /// What is being done until the connection is open, for messages.
    var stage = ConnectStage.resolving
    var wire: Wire?
    var session: OpaquePointer?
    var operations: [Operation] = []
    private var isDriving = false
    var channels: [SSHChannel.ID: ChannelState] = [:]
    var lastChannel = 0
    /// Ends a wait for something else than the socket: name resolution, the agent, a passphrase.
    var endExternalWait: ((any Error) -> Void)?
    /// Of the connecting.
    var deadline = ContinuousClock.now
    var deadlineTimer: TimerQueue.Identifier?
    private var keepaliveTimer: TimerQueue.Identifier?
    /// From when to when somebody was asked last.
    var question: Range<ContinuousClock.Instant>?
    var wasLostWhileAsking = false

    init(endpoint: SSHEndpoint, keepalive: Keepalive, loop: EventLoop) {
        self.endpoint = endpoint
        self.keepalive = keepalive
        self.loop = loop
    }

    isolated deinit {
        tearDown(closedError)
    }

    /// Whether operations may still succeed.
    public var isOpen: Bool {
        guard case .open = phase, let wire else { return false }
        return wire.loss == nil
    }

    /// Closes the connection with all its channels; what waits on them fails with `SSHError.Kind.closed`.
    ///
    /// Says goodbye to the server where the socket takes it, and waits for nothing.
    public func close() {
        if let session, let wire, wire.loss == nil, wire.conversation?.isAsking != true {
            libssh2_session_disconnect_ex(session, SSH_DISCONNECT_BY_APPLICATION, "", "")
            wire.flush()
        }
        tearDown(closedError)
    }

    private nonisolated var closedError: SSHError {
        SSHError(
            .closed,
            host: endpoint.description,
            wanted: "an open connection",
            seen: "that it was closed here",
            remedy: "connect again"
        )
    }

    // MARK: The socket

    /// Takes over a connected stream.
    func attach(_ stream: any ByteStream) throws {
        let wire = Wire(stream: stream)
        guard let session = wire.makeSession() else {
            throw failure(.handshake, wanted: "an SSH session", seen: "that libssh2 has no memory for it")
        }
        self.wire = wire
        self.session = session
        try stream.start { [weak self] event in
            self?.assumeIsolated { connection in
                connection.wire?.noteReadiness(event)
                connection.drive()
            }
        }
    }

    /// Ends everything at once: operations and waits fail with `error`, the socket is closed, memory freed.
    func tearDown(_ error: any Error) {
        if case .closed = phase { return }
        phase = .closed(error)
        for timer in [deadlineTimer, keepaliveTimer] {
            if let timer { loop.cancel(timer) }
        }
        failOperations(error)
        endExternalWait?(error)
        wire?.discard()
        endConversation()
        if let session {
            // Frees the channels too. Nothing can block any more: the bound is against a libssh2 that disagrees.
            var attempts = 64
            while libssh2_session_free(session) == LIBSSH2_ERROR_EAGAIN, attempts > 0 { attempts -= 1 }
        }
        session = nil
        wire = nil
        channels = [:]
    }

    private func failOperations(_ error: any Error) {
        let failed = operations
        operations = []
        for operation in failed { operation.fail(error) }
    }

    // MARK: Driving

    /// Runs `body` again and again, whenever it may get further, until it returns a result or throws.
    ///
    /// - Parameters:
    ///   - isDroppable: whether a cancelled operation may simply be forgotten at this point.
    ///   - unclaimed: receives the result when the task that wanted it was cancelled meanwhile.
    func perform<Value: Sendable>(
        _ lane: Operation.Lane,
        isDroppable: @escaping () -> Bool = { true },
        unclaimed: @escaping (Value) -> Void = { _ in },
        _ body: @escaping (OpaquePointer) throws -> Value?
    ) async throws -> Value {
        if case .closed(let error) = phase { throw error }
        let completion = Completion<Value>()
        operations.append(
            Operation(
                lane: lane,
                attempt: { [self] in
                    guard let session else { return true }
                    do {
                        guard let value = try body(session) else { return false }
                        if !completion.finish(.success(value)) { unclaimed(value) }
                    } catch {
                        completion.finish(.failure(error))
                    }
                    return true
                },
                fail: { completion.finish(.failure($0)) },
                isAbandoned: { completion.isFinished && isDroppable() }
            )
        )
        drive()
        return try await completion.value()
    }

    /// Attempts every operation that may get further, until none can. Then only the socket can bring news.
    func drive() {
        guard !isDriving, let wire else { return }
        isDriving = true
        defer { isDriving = false }
        for _ in 0..<16 {
            let before = wire.epoch
            let finished = attemptOperations(wire)
            if wire.hasUnread { pump() }
            wire.flush()
            if wire.loss != nil { return failOperations(lost(wire)) }
            if !finished, wire.epoch == before { return }
        }
        // Let others have their turn.
        loop.post { [weak self] in self?.assumeIsolated { $0.drive() } }
    }

    /// - Returns: whether any operation ended.
    private func attemptOperations(_ wire: Wire) -> Bool {
        var finished = false
        var blocked: Set<Operation.Lane> = []
        var index = 0
        while index < operations.count {
            let operation = operations[index]
            if operation.isAbandoned() {
                operations.remove(at: index)
            } else if blocked.contains(operation.lane) || operation.seen == wire.epoch {
                blocked.insert(operation.lane)
                index += 1
            } else if operation.attempt() {
                operations.remove(at: index)
                finished = true
            } else {
                // It saw all that came in before and during its attempt, since it ended with "would block".
                operation.seen = wire.epoch
                blocked.insert(operation.lane)
                index += 1
            }
        }
        return finished
    }

    /// Has libssh2 take in what nobody waits for: requests of the server that want an answer.
    private func pump() {
        // Stream 2 has never data; reading it reads the socket. What belongs to others is queued, within windows.
        guard let handle = channels.values.first(where: { $0.handle != nil })?.handle else { return }
        var byte: CChar = 0
        _ = libssh2_channel_read_ex(handle, 2, &byte, 1)
    }

    // MARK: Losing the peer

    func lost(_ wire: Wire) -> SSHError {
        let reason = wire.loss ?? "a broken connection"
        return failure(
            .connectionLost,
            wanted: "an answer",
            seen: wire.farewell.map { "\(reason): it said \"\($0)\"" } ?? reason,
            remedy: "see whether the host still runs, and its sshd's log; then run again"
        )
    }

    /// Asks the peer for a sign of life now and then, from now on.
    func startKeepalive() {
        guard let session, keepalive.interval > .zero else { return }
        libssh2_keepalive_config(session, 1, 2)
        scheduleKeepalive()
    }

    private func scheduleKeepalive() {
        keepaliveTimer = loop.schedule(at: .now + keepalive.interval) { [weak self] in
            self?.assumeIsolated { $0.keepAlive() }
        }
    }

    private func keepAlive() {
        guard let wire, let session, wire.loss == nil else { return }
        let silence = wire.lastReceived.duration(to: .now)
        // Without a channel nothing would read the answer; TCP's own keepalive watches then.
        if silence >= keepalive.interval, !channels.isEmpty {
            if silence >= keepalive.silenceLimit {
                wire.lose("nothing from the host for \(silence.wholeMilliseconds / 1_000) s")
            } else {
                var seconds: Int32 = 0
                libssh2_keepalive_send(session, &seconds)
            }
            drive()
        }
        scheduleKeepalive()
    }
}
