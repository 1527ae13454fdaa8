/// Streams content into a script on the host, over a channel of its own.
///
/// A shell may read ahead on its standard input, so the content follows only when the script said that it has begun:
/// by then the shell has read its whole line and nothing more was sent.
struct UploadStream: Sendable {
    let upload: Upload
    let channel: any TransportChannel
    let nonce: String

    struct Failure: Error {
        let reason: String
    }

    /// A chunk that has not left after this long means that the host reads no more.
    private static let stallDeadline: Duration = .seconds(60)
    private static let startDeadline: Duration = .seconds(30)

    /// - Throws: `Failure`, `TransportError`.
    func run(_ progress: @escaping @Sendable (String) -> Void) async throws {
        let go = "\(nonce) go"
        let line = "echo; echo \(shellQuoted(go)); ( eval \(shellQuoted(upload.receiver)) ); exit $?\n"
        try await channel.write(Array(line.utf8))
        let (output, errors) = try await within(Self.startDeadline, "did not start") {
            try await waitForGo(go)
        }
        try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask {
                try await send(progress)
                return nil
            }
            group.addTask { try await receive(output, errors) }
            defer { group.cancelAll() }
            // The receiver ends last, unless it fails; its word on why is better than that of the broken write.
            var sendFailure: (any Error)?
            while true {
                do {
                    guard let ended = try await group.next() else { break }
                    if ended != nil { return }
                } catch let failure as Failure {
                    throw failure
                } catch {
                    if let sendFailure { throw sendFailure }
                    sendFailure = error
                }
            }
            if let sendFailure { throw sendFailure }
        }
    }

    private func waitForGo(_ go: String) async throws -> (output: [UInt8], errors: [UInt8]) {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        while !String(decoding: output, as: UTF8.self).contains("\n\(go)\n") {
            switch try await channel.read() {
            case .output(let bytes): output += bytes
            case .errors(let bytes): errors += bytes
            case .exited(let status): throw failure(status, errors)
            }
        }
        return (output, errors)
    }

    private func send(_ progress: @escaping @Sendable (String) -> Void) async throws {
        var sent = 0
        for chunk in try upload.content() {
            let bytes = try chunk.get()
            try await within(Self.stallDeadline, "took nothing more after \(sent) bytes") {
                try await channel.write(bytes)
            }
            sent += bytes.count
            if let size = upload.size, size > 8 << 20 {
                progress("\(sent >> 20) of \(size >> 20) MiB")
            }
        }
        try await channel.finishWriting()
    }

    private func receive(_ output: [UInt8], _ errors: [UInt8]) async throws -> Int32 {
        var errors = errors
        while true {
            switch try await channel.read() {
            case .output: break
            case .errors(let bytes): errors = (errors + bytes).suffix(4096)
            case .exited(0): return 0
            case .exited(let status): throw failure(status, errors)
            }
        }
    }

    private func failure(_ status: Int32?, _ errors: [UInt8]) -> Failure {
        Failure(reason: HostSession.reason(of: ShellOutput(status: status ?? -1, errors: errors)))
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
