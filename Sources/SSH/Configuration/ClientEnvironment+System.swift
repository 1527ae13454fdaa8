#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

extension ClientEnvironment {
    /// This process's user on this machine.
    public static let system: ClientEnvironment = {
        let entry = getpwuid(getuid())?.pointee
        let user = entry.map { String(cString: $0.pw_name) } ?? String(getuid())
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return ClientEnvironment(
            user: user,
            userID: getuid(),
            // As with OpenSSH, HOME counts only where the user has no home of its own.
            home: entry.map { String(cString: $0.pw_dir) } ?? getenv("HOME").map { String(cString: $0) }
                ?? "/",
            hostName: String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self),
            variables: environmentVariables(),
            read: readConfiguration,
            files: matchingFiles,
            homeOfUser: { getpwnam($0).map { String(cString: $0.pointee.pw_dir) } },
            succeeds: ShellCommand.succeeds
        )
    }()

    private static func environmentVariables() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return variables
    }

    /// Others must not be able to write it, since it may name programs to run and hosts to trust.
    @Sendable
    private static func readConfiguration(_ path: String) throws(ConfigurationError) -> String? {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
            let isOurs = status.st_uid == 0 || status.st_uid == getuid()
            guard isOurs, status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
                throw ConfigurationError(
                    location: path,
                    text: "others may write this file; try: chown \(getuid()) and chmod go-w"
                )
            }
        }
        switch FileBytes.read(path: path) {
        case .success(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .failure(let error) where [ENOENT, ENOTDIR].contains(error.code): return nil
        case .failure(let error):
            throw ConfigurationError(location: path, text: "cannot be read: \(systemErrorText(error.code))")
        }
    }

    @Sendable
    private static func matchingFiles(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
    }
}

/// A command of the configuration.
private enum ShellCommand {
    private static let deadline = Duration.seconds(10)
    private static let pause: UInt32 = 5_000

    /// Whether it ends with status 0 within the deadline; then it is killed. Its output goes nowhere. Blocks.
    @Sendable
    static func succeeds(_ command: String) -> Bool {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let shell = getenv("SHELL").map { String(cString: $0) } ?? "/bin/sh"
        let words = [shell, "-c", command]
        let arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child: pid_t = 0
        guard posix_spawn(&child, shell, &actions, nil, arguments, environ) == 0 else { return false }
        let end = ContinuousClock.now + deadline
        var status: Int32 = 0
        while waitpid(child, &status, WNOHANG) == 0 {
            if ContinuousClock.now >= end {
                kill(child, SIGKILL)
                waitpid(child, &status, 0)
                return false
            }
            usleep(pause)
        }
        return status == 0
    }
}
