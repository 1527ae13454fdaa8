import CLibSSH2

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What a connection knows of one of its channels.
struct ChannelState {
    /// nil as soon as it is being closed.
    var handle: OpaquePointer?
    /// Read for a task that was cancelled before it could take it.
    var unclaimed: SSHChannel.Chunk?
    var exit: SSHChannel.ExitStatus?
    /// The output that is looked at first: they take turns, so that neither starves.
    var prefersErrors = false
    var hasSentEOF = false
    /// Whether libssh2 is in the midst of a packet with data.
    var isMidPacket = false
}

extension SSHConnection {
    /// The most that the server may send before it is read.
    private static let window: UInt32 = 2 * 1024 * 1024
    private static let packet: UInt32 = 32768

    /// Starts `command` (the login shell runs it), without a terminal.
    ///
    /// - Throws: `SSHError` of kind `.channel` where the server refuses, as OpenSSH does above `MaxSessions`
    ///   (10) channels; the connection stays usable. `CancellationError`.
    public func open(command: String) async throws -> SSHChannel {
        let id = try await perform(
            .session,
            isDroppable: { false },
            unclaimed: { [self] id in release(id) },
            { [self] session in
                try adopt(
                    libssh2_channel_open_ex(session, "session", 7, Self.window, Self.packet, nil, 0),
                    wanted: "a channel for a command"
                )
            }
        )
        // From here on the channel closes itself, whatever happens.
        let channel = SSHChannel(connection: self, id: id)
        try await perform(.write(id)) { [self] _ -> Void? in
            guard let handle = channels[id]?.handle else { throw channelClosed() }
            let length = UInt32(command.utf8.count)
            let code = libssh2_channel_process_startup(handle, "exec", 4, command, length)
            if code == LIBSSH2_ERROR_EAGAIN { return nil }
            if code != 0 {
                throw channelFailure(Int(code), wanted: "that the server runs a command")
            }
            return ()
        }
        return channel
    }

    /// A TCP connection from the host to another one (RFC 4254 §7.2), as a stream for a connection behind this one.
    ///
    /// - Throws: `SSHError` of kind `.channel` where the host refuses or gets no connection. `CancellationError`.
    func openStream(to host: String, port: UInt16) async throws -> ChannelStream {
        let id = try await perform(
            .session,
            isDroppable: { false },
            unclaimed: { [self] id in release(id) },
            { [self] session in
                try adopt(
                    libssh2_channel_direct_tcpip_ex(session, host, Int32(port), "127.0.0.1", Int32(0)),
                    wanted: "a connection to \(host) port \(port)"
                )
            }
        )
        let channel = SSHChannel(connection: self, id: id)
        guard let wire else { throw channelClosed() }
        return ChannelStream(channel: channel, descriptor: wire.descriptor)
    }

    /// - Returns: nil where the channel is not open yet.
    private func adopt(_ opened: OpaquePointer?, wanted: String) throws -> SSHChannel.ID? {
        guard let handle = opened else {
            let code = libssh2_session_last_errno(session)
            if code == LIBSSH2_ERROR_EAGAIN { return nil }
            throw channelFailure(Int(code), wanted: wanted)
        }
        lastChannel += 1
        let id = SSHChannel.ID(number: lastChannel)
        channels[id] = ChannelState(handle: handle)
        return id
    }

    func write(_ bytes: [UInt8], to id: SSHChannel.ID) async throws {
        guard !bytes.isEmpty else { return }
        var offset = 0
        try await perform(.write(id), isDroppable: { [self] in channels[id]?.isMidPacket != true }) {
            [self] _ -> Void? in
            guard let handle = channels[id]?.handle else { throw channelClosed() }
            while offset < bytes.count, let wire,
                channels[id]?.isMidPacket == true || !wire.isCongested
            {
                if wire.loss != nil { throw lost(wire) }
                let count = bytes.withUnsafeBytes {
                    libssh2_channel_write_ex(
                        handle,
                        0,
                        $0.baseAddress!.assumingMemoryBound(to: CChar.self) + offset,
                        bytes.count - offset
                    )
                }
                // 0 where the window is closed.
                if count == 0 || count == Int(LIBSSH2_ERROR_EAGAIN) {
                    // With an open window a key exchange is in the way, and libssh2 has the packet's header ready:
                    // it must be called again with the same bytes.
                    channels[id]?.isMidPacket = count != 0 && libssh2_channel_window_write_ex(handle, nil) > 0
                    return nil
                }
                channels[id]?.isMidPacket = false
                if count < 0 { throw channelFailure(count, wanted: "to write to a command") }
                offset += count
            }
            return offset == bytes.count ? () : nil
        }
    }

    func sendEOF(to id: SSHChannel.ID) async throws {
        try await perform(.write(id), isDroppable: { false }) { [self] _ -> Void? in
            guard let handle = channels[id]?.handle else { throw channelClosed() }
            if channels[id]?.hasSentEOF == true { return () }
            let code = libssh2_channel_send_eof(handle)
            if code == LIBSSH2_ERROR_EAGAIN { return nil }
            if code != 0 { throw channelFailure(Int(code), wanted: "to end a command's input") }
            channels[id]?.hasSentEOF = true
            return ()
        }
    }

    func read(from id: SSHChannel.ID) async throws -> SSHChannel.Chunk {
        try await perform(
            .read(id),
            unclaimed: { [self] chunk in channels[id]?.unclaimed = chunk },
            { [self] _ in try nextChunk(of: id) }
        )
    }

    private func nextChunk(of id: SSHChannel.ID) throws -> SSHChannel.Chunk? {
        guard let state = channels[id] else { throw channelClosed() }
        if let chunk = state.unclaimed {
            channels[id]?.unclaimed = nil
            return chunk
        }
        if let exit = state.exit { return .exit(exit) }
        guard let handle = state.handle else { throw channelClosed() }
        for isErrors in [state.prefersErrors, !state.prefersErrors] {
            let stream = isErrors ? SSH_EXTENDED_DATA_STDERR : 0
            let scratch = loop.scratch
            let count = libssh2_channel_read_ex(
                handle,
                stream,
                scratch.baseAddress!.assumingMemoryBound(to: CChar.self),
                scratch.count
            )
            if count > 0 {
                channels[id]?.prefersErrors = !isErrors
                let bytes = [UInt8](scratch[0..<count])
                return isErrors ? .stderr(bytes) : .stdout(bytes)
            }
            if count < 0, count != Int(LIBSSH2_ERROR_EAGAIN) {
                throw channelFailure(count, wanted: "to read from a command")
            }
        }
        return try end(of: id, handle: handle)
    }

    /// The command's end, if the server has closed the channel.
    private func end(of id: SSHChannel.ID, handle: OpaquePointer) throws -> SSHChannel.Chunk? {
        // 0 too while there is output in the queue.
        guard libssh2_channel_eof(handle) == 1 else { return nil }
        let code = libssh2_channel_wait_closed(handle)
        if code == LIBSSH2_ERROR_EAGAIN { return nil }
        if code != 0 { throw channelFailure(Int(code), wanted: "a command's exit status") }
        // Output may have come in together with the close.
        guard libssh2_channel_eof(handle) == 1 else { return try nextChunk(of: id) }
        var signal: UnsafeMutablePointer<CChar>?
        libssh2_channel_get_exit_signal(handle, &signal, nil, nil, nil, nil, nil)
        let exit: SSHChannel.ExitStatus
        if let signal {
            exit = .signal(String(cString: signal))
            libssh2_free(session, signal)
        } else {
            exit = .code(UInt32(bitPattern: libssh2_channel_get_exit_status(handle)))
        }
        channels[id]?.exit = exit
        return .exit(exit)
    }

    func closeChannel(_ id: SSHChannel.ID) async {
        guard let closing = release(id) else { return }
        let timer = loop.schedule(at: .now + .seconds(5)) { closing.finish(.success(())) }
        // A cancelled task does not wait, and a lost connection has closed the channel as well.
        _ = try? await closing.value()
        loop.cancel(timer)
    }

    /// Starts to close a channel; libssh2 frees it when the server has confirmed.
    @discardableResult
    func release(_ id: SSHChannel.ID) -> Completion<Void>? {
        guard let handle = channels[id]?.handle else { return nil }
        channels[id]?.handle = nil
        let failed = operations.filter { $0.lane.channel == id }
        operations.removeAll { $0.lane.channel == id }
        for operation in failed { operation.fail(channelClosed()) }
        let closing = Completion<Void>()
        operations.append(
            Operation(
                lane: .close(id),
                attempt: { [self] in
                    guard session != nil else { return true }
                    if libssh2_channel_free(handle) == LIBSSH2_ERROR_EAGAIN { return false }
                    channels[id] = nil
                    closing.finish(.success(()))
                    return true
                },
                fail: { closing.finish(.failure($0)) },
                isAbandoned: { false }
            )
        )
        drive()
        return closing
    }

    nonisolated func channelClosed() -> SSHError {
        failure(
            .channel,
            wanted: "an open channel",
            seen: "that it was closed here",
            remedy: "open another channel"
        )
    }

    func channelFailure(_ code: Int, wanted: String) -> SSHError {
        if noteFatal(code), let wire { return lost(wire) }
        let refused = Int32(code) == LIBSSH2_ERROR_CHANNEL_FAILURE
        return failure(
            .channel,
            wanted: wanted,
            seen: lastMessage(),
            remedy: refused
                ? "open fewer channels at once, or raise MaxSessions in the host's sshd_config"
                : "see the host's sshd log"
        )
    }
}
