public import HostInventory

/// What follows from an observed state.
public enum Plan: Sendable {
    case unchanged
    case change(Change)
    /// It cannot be told, and why; said, never guessed.
    case unknown(String)

    public static func change(_ steps: [Step], _ difference: Difference) -> Plan {
        .change(Change(steps: steps, difference: difference))
    }
}

/// How to get from the observed state to the desired one.
public struct Change: Sendable {
    public var steps: [Step]
    public var difference: Difference

    public init(steps: [Step], difference: Difference) {
        self.steps = steps
        self.difference = difference
    }
}

/// One thing to do on a host.
public struct Step: Sendable {
    /// For people: "apt-get install haproxy".
    public var title: String
    public var action: Action
    /// After this long the step has failed, and what it started is ended.
    public var deadline: Duration
    /// For scripts that take long: runs detached from the connection, so that a lost one neither ends it nor loses
    /// what it wrote and how it ended. It costs an exchange more; its standard input is empty. Of an upload, the content
    /// is stored on the host first; then its receiver runs so, and reads it from there.
    public var isJob = false
    /// What its scripts and uploads hold and its output must not show.
    public var secrets: [Secret] = []
    /// Exported to its script, and never written to the host's disk.
    var environment: [String: EnvironmentValue] = [:]

    public enum Action: Sendable {
        /// POSIX `sh`; a status other than 0 is a failure.
        case script(String)
        /// Streams content into the standard input of a script, over a channel of its own.
        case upload(Upload)
        /// Restarts the host and waits until it is really back.
        case reboot
        /// Powers the host off and waits until it is gone.
        case powerOff
    }

    public static let defaultDeadline: Duration = .seconds(300)

    /// Begins a line of a script's standard error that people are told even where the step succeeds.
    static let warningMark = "apus-warning: "

    /// Whether a line of a script's standard error is for the engine, and no word of the programs in it.
    static func isMarked(_ line: some StringProtocol) -> Bool {
        [warningMark, DigestMemory.mark].contains(where: line.hasPrefix)
    }

    /// Defines `warn TEXT` for the script of a step: people are told, and the step goes on.
    public static let warnFunction = "warn() { printf '\(warningMark)%s\\n' \"$1\" >&2; }"

    public init(_ title: String, deadline: Duration = defaultDeadline, _ action: Action) {
        self.title = title
        self.action = action
        self.deadline = deadline
    }

    public static func script(_ title: String, deadline: Duration = defaultDeadline, _ script: String) -> Step
    {
        Step(title, deadline: deadline, .script(script))
    }

    /// The same, run as a job (`isJob`).
    public func asJob() -> Step {
        var step = self
        step.isJob = true
        return step
    }

    public static func run(_ invocation: Invocation, deadline: Duration = defaultDeadline) -> Step {
        Step(invocation.display, deadline: deadline, .script(invocation.script)).hiding(invocation.secrets)
    }

    var allSecrets: [Secret] { secrets + environment.secrets }

    /// The same, with `secrets` kept out of what people see of its output.
    public func hiding(_ secrets: [Secret]) -> Step {
        var step = self
        step.secrets += secrets
        return step
    }
}

/// Its scripts may hold secrets.
extension Step: CustomStringConvertible, CustomReflectable {
    public var description: String { title }
    public var customMirror: Mirror { Mirror(self, children: ["title": title]) }
}

/// Content that is streamed to a host.
public struct Upload: Sendable {
    /// Reads the content on its standard input until its end.
    public var receiver: String
    /// A new pass over the content; each element is one chunk, a mebibyte or so.
    public var content: @Sendable () throws -> AnyIterator<Result<[UInt8], any Error>>
    /// In bytes, where known; for progress.
    public var size: Int?
    /// Tells this content from another, in fingerprints only: a digest, computed when one is asked for. `nil` where the
    /// difference tells it.
    public var identity: (@Sendable () throws -> String)?
    /// Takes the SHA-256 of what was sent, in hexadecimal; it is computed on the way, where this is set. The looks behind
    /// know it for the file that the receiver tells by `DigestMemory.tellFunction`.
    public var digested: (@Sendable (String) -> Void)?

    public init(
        into receiver: String,
        size: Int?,
        identity: (@Sendable () throws -> String)? = nil,
        digested: (@Sendable (String) -> Void)? = nil,
        content: @escaping @Sendable () throws -> AnyIterator<Result<[UInt8], any Error>>
    ) {
        self.receiver = receiver
        self.size = size
        self.identity = identity
        self.digested = digested
        self.content = content
    }
}
