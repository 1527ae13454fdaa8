import Synchronization

/// What a client configuration depends on besides its text.
public struct ClientEnvironment: Sendable {
    public var user: String
    public var userID: UInt32
    public var home: String
    /// The name of this machine, with its domain where it has one.
    public var hostName: String
    /// Environment variables.
    public var variables: [String: String]
    /// The text of a file; nil where there is no such file.
    public var read: @Sendable (_ path: String) throws(ConfigurationError) -> String?
    /// The files that match a pattern as of glob(7), sorted.
    public var files: @Sendable (_ pattern: String) -> [String]
    /// The home directory of another user, for `~user`.
    public var homeOfUser: @Sendable (_ name: String) -> String?
    /// Whether a command of `Match exec` succeeds. Blocks.
    public var succeeds: @Sendable (_ command: String) -> Bool

    public init(
        user: String,
        userID: UInt32 = 0,
        home: String,
        hostName: String = "localhost",
        variables: [String: String] = [:],
        read: @escaping @Sendable (_ path: String) throws(ConfigurationError) -> String?,
        files: @escaping @Sendable (_ pattern: String) -> [String] = { [$0] },
        homeOfUser: @escaping @Sendable (_ name: String) -> String? = { _ in nil },
        succeeds: @escaping @Sendable (_ command: String) -> Bool = { _ in false }
    ) {
        self.user = user
        self.userID = userID
        self.home = home
        self.hostName = hostName
        self.variables = variables
        self.read = read
        self.files = files
        self.homeOfUser = homeOfUser
        self.succeeds = succeeds
    }

    /// The same, but a command of `Match exec` runs once, however often it is asked, and by however many at once.
    public func rememberingCommands() -> ClientEnvironment {
        let memory = CommandMemory(succeeds: succeeds)
        var environment = self
        environment.succeeds = { memory.succeeds($0) }
        return environment
    }

    func text(of path: String) throws(ConfigurationError) -> String? { try read(path) }

    /// `~` and `~user` at the beginning; nil where nobody has that name.
    func expandingTilde(_ path: String) -> String? {
        guard path.hasPrefix("~") else { return path }
        let end = path.firstIndex(of: "/") ?? path.endIndex
        let name = path[path.index(after: path.startIndex)..<end]
        return (name.isEmpty ? home : homeOfUser(String(name))).map { $0 + path[end...] }
    }
}

/// What commands answered. Who asks while one runs waits for its answer.
private final class CommandMemory: Sendable {
    private final class Answer: Sendable {
        let value = Mutex<Bool?>(nil)
    }

    private let run: @Sendable (_ command: String) -> Bool
    private let answers = Mutex<[String: Answer]>([:])

    init(succeeds: @escaping @Sendable (_ command: String) -> Bool) {
        run = succeeds
    }

    func succeeds(_ command: String) -> Bool {
        let answer = answers.withLock { answers in
            let answer = answers[command] ?? Answer()
            answers[command] = answer
            return answer
        }
        return answer.value.withLock { value in
            let known = value ?? run(command)
            value = known
            return known
        }
    }
}
