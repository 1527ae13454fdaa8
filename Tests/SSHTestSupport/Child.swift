import Foundation

/// A process that this test started. Foundation's own would pass its blocked signals on, and waits in busy loops.
package final class Child: Sendable {
    let identifier: pid_t
    /// What it writes to its standard output and error.
    package let output: Int32
    /// Its standard input; a process that reads it sees its end when this child is released.
    private let input: Int32
    /// So that no child inherits the pipes of another that is being started.
    private static let spawning = NSLock()

    /// - Throws: `TestServer.Failure` where it cannot be started.
    package init(_ arguments: [String], environment: [String: String] = ProcessInfo.processInfo.environment)
        throws
    {
        var (inputs, outputs): ([Int32], [Int32]) = ([0, 0], [0, 0])
        Self.spawning.lock()
        defer { Self.spawning.unlock() }
        guard pipe(&inputs) == 0, pipe(&outputs) == 0 else {
            throw TestServer.Failure(text: "no pipe: \(errno)")
        }
        for descriptor in inputs + outputs { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, inputs[0], 0)
        posix_spawn_file_actions_adddup2(&actions, outputs[1], 1)
        posix_spawn_file_actions_adddup2(&actions, outputs[1], 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer {
            for pointer in argv + envp { free(pointer) }
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, arguments[0], &actions, &attributes, argv, envp)
        close(inputs[0])
        close(outputs[1])
        guard code == 0 else { throw TestServer.Failure(text: "cannot start \(arguments): \(code)") }
        self.identifier = identifier
        (input, output) = (inputs[1], outputs[0])
    }

    deinit {
        close(input)
        kill(identifier, SIGTERM)
        var status: Int32 = 0
        waitpid(identifier, &status, 0)
        close(output)
    }

    /// The next bytes of its output, at most; empty at the end. Blocks.
    package func read() -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = Foundation.read(output, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}

/// Runs a program to its end and returns what it wrote.
/// - Throws: `TestServer.Failure` where it fails.
@discardableResult
package func run(_ program: String, _ arguments: [String], environment: [String: String]? = nil) throws
    -> String
{
    // The status comes at the end of the output.
    let shell = ["/bin/sh", "-c", "\"$0\" \"$@\" </dev/null; echo \"status $?\"", program]
    let child = try Child(shell + arguments, environment: environment ?? ProcessInfo.processInfo.environment)
    var text = ""
    while case let more = child.read(), !more.isEmpty { text += more }
    guard text.hasSuffix("status 0\n") else {
        throw TestServer.Failure(text: "\(program) \(arguments): \(text)")
    }
    return String(text.dropLast("status 0\n".count))
}
