import Foundation

/// A program of this machine, run to its end or to its deadline.
struct Program {
    var arguments: [String]

    init(_ arguments: [String]) { self.arguments = arguments }

    struct Ended: Sendable {
        let command: String
        let status: Int32
        let output: String
        let errors: String
        let duration: Duration
        /// In bytes: of the largest of its processes.
        let peakMemory: Int

        /// - Throws: `ProgramFailure` where the status is not 0.
        func succeeded() throws -> Ended {
            guard status == 0 else { throw ProgramFailure(ended: self) }
            return self
        }
    }

    /// - Throws: `ProgramFailure` after the deadline; the program and its children are gone then.
    func run(input: String = "", deadline: Duration) async throws -> Ended {
        let files = try ScratchFolder()
        try files.write("input", input)
        let start = ContinuousClock.now
        // It ends the whole process group; 124 is its word for "too late", 137 where a kill was needed.
        let words = ["timeout", "--kill-after=5", "\(deadline.components.seconds)"] + arguments
        let (status, peakMemory) = try await withCheckedThrowingContinuation { done in
            let thread = Thread { done.resume(with: Result { try Self.spawn(words, files) }) }
            thread.name = arguments[0]
            thread.start()
        }
        let ended = Ended(
            command: arguments.joined(separator: " "),
            status: status,
            output: try files.text("output"),
            errors: try files.text("errors"),
            duration: start.duration(to: .now),
            peakMemory: peakMemory
        )
        guard ![124, 137].contains(ended.status) else { throw ProgramFailure(ended: ended) }
        return ended
    }

    /// Runs it until `moment` returns, and sends it a signal then.
    ///
    /// - Parameter signal: its name: "KILL".
    /// - Returns: the end of its output is "status 137".
    func ended(by signal: String, after moment: () async throws -> Void) async throws -> Ended {
        let files = try ScratchFolder()
        let script = """
            "$@" & until [ -e "$0" ]; do sleep 0.05; done
            kill -s \(signal) $!; wait $!; echo "status $?"
            """
        let waiting = Program(["sh", "-c", script, files.path("now")] + arguments)
        async let ended = waiting.run(deadline: .seconds(100))
        try await moment()
        try files.write("now", "")
        return try await ended
    }

    /// Waits for the program alone, and gives it files, not pipes: what outlives it (a node's keeper) keeps nobody
    /// waiting. Foundation's `Process` would wait for all that it left behind.
    ///
    /// - Returns: its exit status, and the memory of the largest process in bytes.
    private static func spawn(_ words: [String], _ files: ScratchFolder) throws -> (Int32, Int) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, name) in ["input", "output", "errors"].enumerated() {
            let flags = descriptor == 0 ? O_RDONLY : O_WRONLY | O_CREAT
            posix_spawn_file_actions_addopen(&actions, Int32(descriptor), files.path(name), flags, 0o600)
        }
        let environment = ProcessInfo.processInfo.environment
            .filter { $0.key != "SSH_AUTH_SOCK" }.map { "\($0.key)=\($0.value)" }
        let (argv, envp) = (words.map { strdup($0) } + [nil], environment.map { strdup($0) } + [nil])
        defer { for word in argv + envp { free(word) } }
        var child: pid_t = 0
        let failure = posix_spawnp(&child, words[0], &actions, nil, argv, envp)
        guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .ENOENT) }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(child, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw POSIXError(.ECHILD) }
        }
        let ending = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        return (ending, usage.ru_maxrss << 10)
    }
}

struct ProgramFailure: Error, CustomStringConvertible {
    let ended: Program.Ended

    var description: String {
        """
        \(ended.command): status \(ended.status) after \(ended.duration)
        \(ended.output.suffix(4000))
        \(ended.errors.suffix(4000))
        """
    }
}

/// A folder that goes when nobody has it any more.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent("apus-lab-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path(name))), as: UTF8.self)
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }
}
