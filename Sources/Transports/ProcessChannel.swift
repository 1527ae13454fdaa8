import Foundation
import Provisioning

/// A program of this machine in a session of its own.
///
/// Reads and writes block on two serial queues, never on a thread of the Swift concurrency pool, and look every
/// 100 ms whether they are still wanted.
final class ProcessChannel: TransportChannel, @unchecked Sendable {
    /// POSIX_SPAWN_SETSID of <spawn.h>, which Swift does not import.
    private static let newSession: Int16 = 0x80

    private static let spawning = NSLock()

    private let processID: pid_t
    private let input: Int32
    private let output: Int32
    private let errors: Int32
    private let reading = DispatchQueue(label: "apus.process.read")
    private let writing = DispatchQueue(label: "apus.process.write")
    private let lock = NSLock()
    // Guarded by the lock.
    private var inputIsOpen = true
    private var closed = false
    // Of the reading queue.
    private var outputEnded = false
    private var errorsEnded = false
    private var ending: TransportChunk?

    /// - Parameter arguments: the program, looked for in `PATH`, and its arguments.
    /// - Throws: `TransportError` where it cannot be started.
    init(_ arguments: [String]) throws {
        // A program that ends early must not end this one.
        signal(SIGPIPE, SIG_IGN)
        // Between a pipe's making and its mark nothing else of ours may be started.
        Self.spawning.lock()
        defer { Self.spawning.unlock() }
        let stdin = try Self.pipe()
        let stdout = try Self.pipe()
        let stderr = try Self.pipe()
        defer { for descriptor in [stdin.read, stdout.write, stderr.write] { Foundation.close(descriptor) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, stdin.read, 0)
        posix_spawn_file_actions_adddup2(&actions, stdout.write, 1)
        posix_spawn_file_actions_adddup2(&actions, stderr.write, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What this program ignores must still end those that it starts.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for number in [SIGPIPE, SIGINT, SIGTERM] { sigaddset(&defaults, number) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Self.newSession | Int16(POSIX_SPAWN_SETSIGDEF))
        var child: pid_t = 0
        let words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        let program = arguments.first ?? ""
        let status = posix_spawnp(&child, program, &actions, &attributes, words, environ)
        guard status == 0 else {
            for descriptor in [stdin.write, stdout.read, stderr.read] { Foundation.close(descriptor) }
            throw TransportError(
                .unreachable,
                "cannot start \(program) here: \(String(cString: strerror(status)))"
            )
        }
        processID = child
        input = stdin.write
        output = stdout.read
        errors = stderr.read
        for descriptor in [input, output, errors] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
    }

    /// Neither end is inherited: a program that held the other end of its own input would never see its end.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Foundation.pipe(&ends) == 0 else {
            throw TransportError(.unreachable, "cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    var isClosed: Bool { lock.withLock { closed } }

    func write(_ bytes: [UInt8]) async throws {
        try await on(writing) { isWanted in
            var rest = bytes[...]
            while !rest.isEmpty {
                guard isWanted() else { throw CancellationError() }
                guard self.lock.withLock({ self.inputIsOpen }) else {
                    throw TransportError(.lost, "its standard input is closed")
                }
                let count = rest.withUnsafeBytes { Foundation.write(self.input, $0.baseAddress, $0.count) }
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    var descriptor = pollfd(fd: self.input, events: Int16(POLLOUT), revents: 0)
                    _ = Foundation.poll(&descriptor, 1, 100)
                } else if errno != EINTR {
                    throw TransportError(.lost, "cannot write: \(String(cString: strerror(errno)))")
                }
            }
        }
    }

    func finishWriting() async throws {
        try await on(writing) { _ in self.closeInput() }
    }

    func read() async throws -> TransportChunk {
        try await on(reading) { isWanted in
            while true {
                if let ending = self.ending { return ending }
                guard isWanted() else { throw CancellationError() }
                if self.isClosed { throw TransportError(.lost, "the channel was closed") }
                if let chunk = self.nextChunk() { return chunk }
            }
        }
    }

    func close() async {
        let wasOpen = lock.withLock {
            defer { closed = true }
            return !closed
        }
        guard wasOpen else { return }
        kill(-processID, SIGHUP)
        try? await on(writing) { _ in self.closeInput() }
        try? await on(reading) { _ in
            Foundation.close(self.output)
            Foundation.close(self.errors)
            if self.ending == nil {
                kill(-self.processID, SIGKILL)
                self.ending = .exited(status: self.wait())
            }
        }
    }

    private func closeInput() {
        lock.withLock {
            if inputIsOpen { Foundation.close(input) }
            inputIsOpen = false
        }
    }

    /// - Returns: `nil` when nothing came for 100 ms.
    private func nextChunk() -> TransportChunk? {
        if outputEnded, errorsEnded {
            let end = TransportChunk.exited(status: wait())
            ending = end
            return end
        }
        var descriptors = [
            pollfd(fd: outputEnded ? -1 : output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errorsEnded ? -1 : errors, events: Int16(POLLIN), revents: 0),
        ]
        guard Foundation.poll(&descriptors, 2, 100) > 0 else { return nil }
        if descriptors[0].revents != 0 {
            guard let bytes = take(from: output) else {
                outputEnded = true
                return nil
            }
            return bytes.isEmpty ? nil : .output(bytes)
        }
        guard let bytes = take(from: errors) else {
            errorsEnded = true
            return nil
        }
        return bytes.isEmpty ? nil : .errors(bytes)
    }

    /// - Returns: `nil` at the end of the stream, nothing where there is nothing yet.
    private func take(from descriptor: Int32) -> [UInt8]? {
        var count = 0
        var cause: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, initialized in
            count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            cause = errno
            initialized = max(0, count)
        }
        if count < 0 { return cause == EAGAIN || cause == EINTR ? [] : nil }
        return count == 0 ? nil : bytes
    }

    private func wait() -> Int32? {
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0, errno == EINTR {}
        return status & 0x7f == 0 ? (status >> 8) & 0xff : nil
    }

    private func on<Value: Sendable>(
        _ queue: DispatchQueue,
        _ work: @escaping @Sendable (_ isWanted: @Sendable () -> Bool) throws -> Value
    ) async throws -> Value {
        let cancelled = Flag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async { continuation.resume(with: Result { try work { !cancelled.isSet } }) }
            }
        } onCancel: {
            cancelled.set()
        }
    }
}

private final class Flag: @unchecked Sendable {
    private let lock = NSLock()
    private var value = false

    var isSet: Bool { lock.withLock { value } }
    func set() { lock.withLock { value = true } }
}
