/// Streams content into a script on the host, over a channel of its own.
///
/// A shell may read ahead on its standard input, so the content follows only when the script said that it has begun:
/// by then the shell has read its whole line and nothing more was sent.
struct UploadStream: Sendable {
    let upload: Upload
    let channel: any TransportChannel
    let nonce: String
    /// For all of it, from the first byte to the end of the receiver.
    let deadline: Duration

    struct Failure: Error {
        let reason: String
    }

    /// A chunk that has not left after this long means that the host reads no more.
    private static let stallDeadline: Duration = .seconds(60)
    private static let startDeadline: Duration = .seconds(30)

    /// - Parameter progress: what was sent so far, then the lines that the receiver writes.
    /// - Returns: the end of what the receiver wrote on its standard error, and the digest of all content where the
    ///   upload wants it and all was sent.
    /// - Throws: `Failure`, `TransportError`.
    func run(
        _ progress: @escaping @Sendable (String) -> Void
    ) async throws -> (errors: String, digest: String?) {
        do {
            let content = ReadAhead(try upload.content(), isDigested: upload.digested != nil)
            let errors = try await Deadline(after: deadline).run { try await stream(content, progress) }
            return (String(decoding: errors, as: UTF8.self), await content.digest)
        } catch is DeadlineExceeded {
            throw Failure(reason: "did not end within \(deadline.brief)")
        }
    }

    private func stream(
        _ content: ReadAhead,
        _ progress: @escaping @Sendable (String) -> Void
    ) async throws -> [UInt8] {
        let go = "\(nonce) go"
        let line = "echo; echo \(shellQuoted(go)); ( eval \(shellQuoted(upload.receiver)) ); exit $?\n"
        try await channel.write(Array(line.utf8))
        let errors = try await within(Self.startDeadline, "did not start") {
            try await waitForGo(go)
        }
        return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                try await send(content, progress)
                return nil
            }
            group.addTask { try await receive(errors, progress) }
            defer { group.cancelAll() }
            // The receiver ends last, unless it fails; its word on why is better than that of the broken write.
            var sendFailure: (any Error)?
            while true {
                do {
                    guard let ended = try await group.next() else { break }
                    if let said = ended { return said }
                } catch let failure as Failure {
                    throw failure
                } catch {
                    if let sendFailure { throw sendFailure }
                    sendFailure = error
                }
            }
            throw sendFailure ?? CancellationError()
        }
    }

    /// - Returns: what came on the stream of errors until then.
    private func waitForGo(_ go: String) async throws -> [UInt8] {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        while !String(decoding: output, as: UTF8.self).contains("\n\(go)\n") {
            switch try await channel.read() {
            case .output(let bytes): output += bytes
            case .errors(let bytes): errors += bytes
            case .exited(let status): throw failure(status, [], errors)
            }
        }
        return errors
    }

    private func send(
        _ content: ReadAhead,
        _ progress: @escaping @Sendable (String) -> Void
    ) async throws {
        var sent = 0
        var chunk = try await content.next()
        while let bytes = chunk {
            async let following = content.next()
            try await within(Self.stallDeadline, "took nothing more after \(sent) bytes") {
                try await channel.write(bytes)
            }
            sent += bytes.count
            if let size = upload.size, size > 8 << 20 {
                progress("\(sent >> 20) of \(size >> 20) MiB")
            }
            chunk = try await following
        }
        try await channel.finishWriting()
    }

    private func receive(
        _ errors: [UInt8],
        _ progress: @escaping @Sendable (String) -> Void
    ) async throws -> [UInt8] {
        var output: [UInt8] = []
        var errors = errors
        while true {
            switch try await channel.read() {
            case .output(let bytes):
                output = (output + bytes).suffix(Self.kept)
                report(output, progress)
            case .errors(let bytes):
                errors = (errors + bytes).suffix(Self.kept)
                report(errors, progress)
            case .exited(0): return errors
            case .exited(let status): throw failure(status, output, errors)
            }
        }
    }

    /// Of each stream, for the reason of a failure.
    private static let kept = 16 << 10

    private func report(_ stream: [UInt8], _ progress: @Sendable (String) -> Void) {
        let lines = String(decoding: stream.suffix(512), as: UTF8.self).split(whereSeparator: \.isNewline)
        if let line = lines.last?.trimmed, !line.isEmpty, !Step.isMarked(line) { progress(line) }
    }

    private func failure(_ status: Int32?, _ output: [UInt8], _ errors: [UInt8]) -> Failure {
        let said = ShellOutput(status: status ?? -1, output: output, errors: errors)
        return Failure(reason: HostSession.reason(of: said))
    }

    private func within<Value: Sendable>(
        _ deadline: Duration,
        _ what: String,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        do {
            return try await Deadline(after: deadline).run(work)
        } catch is DeadlineExceeded {
            throw Failure(reason: "the host \(what) within \(deadline.brief)")
        }
    }
}

/// Content that is read, and digested, while the chunk before is sent.
private actor ReadAhead {
    private let content: AnyIterator<Result<[UInt8], any Error>>
    private var running: SHA256Digest?
    /// Of all of it, once its end was reached.
    private(set) var digest: String?

    init(_ content: sending AnyIterator<Result<[UInt8], any Error>>, isDigested: Bool) {
        self.content = content
        running = isDigested ? SHA256Digest() : nil
    }

    func next() throws -> [UInt8]? {
        guard let chunk = try content.next()?.get() else {
            digest = running.take()?.finish()
            return nil
        }
        running?.update(chunk)
        return chunk
    }
}
