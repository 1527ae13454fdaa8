public import HostInventory

/// What must hold after a batch of a play before the next, or another play, begins.
///
/// Hosts are asked again and again until it holds, or the deadline has passed; then the run stops.
public struct Gate: Sendable, CustomStringConvertible {
    /// For people: "http://10.0.0.1/ answers 200".
    public let description: String
    let hosts: Pattern
    let privilege: Privilege
    let script: String
    let timing: Timing
    let verdict: @Sendable ([Answer]) -> Verdict

    /// When hosts are asked.
    public struct Timing: Sendable {
        /// After which the gate has failed; 60 s by default.
        public var deadline: Duration
        /// Between two looks; half a second by default.
        public var interval: Duration
        /// How long it must hold without a break; by default once is enough.
        public var steadiness: Duration

        public init(
            within deadline: Duration = .seconds(60),
            every interval: Duration = .milliseconds(500),
            steadyFor steadiness: Duration = .zero
        ) {
            self.deadline = deadline
            self.interval = interval
            self.steadiness = steadiness
        }
    }

    /// What one host answered.
    public struct Answer: Sendable {
        public let host: String
        /// What the script wrote; or why it did not run to its end: no connection, or too long.
        public let result: Result<ShellOutput, Failure>

        /// What the script wrote.
        ///
        /// - Throws: `Failure`, which names the host, where it did not run to its end, or ended with another status
        ///   than 0.
        public var output: ShellOutput {
            get throws(Failure) {
                switch result {
                case .failure(let failure): throw Failure("\(host): \(failure)")
                case .success(let output) where output.status != 0:
                    throw Failure("\(host): \(HostSession.reason(of: output))")
                case .success(let output): return output
                }
            }
        }

        public struct Failure: Error, Sendable, CustomStringConvertible {
            public let description: String
            public init(_ description: String) { self.description = description }
        }

        public init(host: String, result: Result<ShellOutput, Failure>) {
            self.host = host
            self.result = result
        }
    }

    public enum Verdict: Sendable, Equatable {
        /// - Parameter what: the gate is steady only while this stays the same: which host holds an address.
        case open(what: String = "")
        /// - Parameter seen: for people, what there is instead.
        case shut(seen: String)
    }

    /// - Parameters:
    ///   - description: for people: "http://10.0.0.1/ answers 200".
    ///   - hosts: who is asked, all at the same time; `localhost` is this machine.
    ///   - privilege: as whom; the login user by default.
    ///   - script: read-only POSIX `sh`. One look that takes longer than 10 s is ended.
    ///   - verdict: what follows from one look. Pure.
    public init(
        _ description: String,
        on hosts: Pattern,
        as privilege: Privilege = .login,
        script: String,
        timing: Timing = Timing(),
        verdict: @escaping @Sendable ([Answer]) -> Verdict
    ) {
        self.description = description
        self.hosts = hosts
        self.privilege = privilege
        self.script = script
        self.timing = timing
        self.verdict = verdict
    }

    /// A gate that holds where the script ends with status 0 on each of `hosts`, and writes nothing wrong.
    ///
    /// - Parameter problem: for people, what is wrong with the output of one host; `nil` where nothing is.
    public init(
        _ description: String,
        on hosts: Pattern,
        as privilege: Privilege = .login,
        script: String,
        timing: Timing = Timing(),
        problem: @escaping @Sendable (ShellOutput) -> String?
    ) {
        self.init(description, on: hosts, as: privilege, script: script, timing: timing) { answers in
            Self.everyAnswer(answers, isGood: problem)
        }
    }

    /// The same for gates that ask the same.
    var question: [String] { [description, "\(hosts)", "\(privilege)", script] }
}

/// The gates of a play's host.
@resultBuilder
public enum GateBuilder: ListBuilder {
    public typealias Element = Gate

    public static func buildExpression(_ gate: Gate) -> [Gate] { [gate] }
}
