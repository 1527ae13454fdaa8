/// One thing to look at on a host: a file, a package, a unit.
///
/// A type of observation describes how to look at many of itself at once, since a process costs a small machine as
/// much as everything else in a probe: one `stat` for all files, one `dpkg-query` for all packages.
public protocol Observation: Hashable, Sendable {
    /// What one look tells.
    associatedtype Answer: Sendable

    /// Read-only POSIX `sh` that shows the state of all `subjects`. It MUST NOT change anything on the host, and it
    /// reads nothing from its standard input. A status other than 0 means that nothing could be seen.
    static func script(for subjects: [Self]) -> String

    /// What `output` tells of each subject, in their order.
    ///
    /// - Throws: `ObservationError` where the output has not the expected shape.
    static func answers(from output: ShellOutput, for subjects: [Self]) throws -> [Answer]

    /// For kinds that ask a daemon, which may hang: after this long the look is ended and its answer unknown, while
    /// other kinds keep theirs.
    ///
    /// `nil`, the default, is for what hangs only where something is broken, such as a network file system, and saves a
    /// process: where it does, the exchange is given up after `RunOptions.lookDeadline` and the subjects' allowances, and
    /// each subject is looked at alone.
    static var deadline: Duration? { get }

    /// How much longer than usual the look at this one may take on a slow host, as at a file that is large. Zero by
    /// default.
    var allowance: Duration { get }
}

extension Observation {
    public static var deadline: Duration? { nil }
    public var allowance: Duration { .zero }
}

/// Why a look at a host told nothing.
public struct ObservationError: Error, Sendable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

/// What a script wrote, and how it ended.
public struct ShellOutput: Sendable, Equatable {
    public var status: Int32
    public var output: [UInt8]
    public var errors: [UInt8]

    public init(status: Int32 = 0, output: [UInt8] = [], errors: [UInt8] = []) {
        self.status = status
        self.output = output
        self.errors = errors
    }

    /// For tests and small fixed outputs.
    public init(_ text: String, status: Int32 = 0) {
        self.init(status: status, output: Array(text.utf8))
    }

    /// The output as text; bytes that are not UTF-8 become U+FFFD.
    public var text: String { String(decoding: output, as: UTF8.self) }
    public var errorText: String { String(decoding: errors, as: UTF8.self) }

    /// Lines of the output without their line ends; no empty last line.
    public var lines: [Substring] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

/// An observation of any type.
public struct AnyObservation: Hashable, Sendable {
    let base: any Observation

    init(_ base: some Observation) { self.base = base }

    var kind: ObjectIdentifier { ObjectIdentifier(type(of: base)) }

    public static func == (a: AnyObservation, b: AnyObservation) -> Bool {
        func same<O: Observation>(_ a: O) -> Bool { (b.base as? O) == a }
        return same(a.base)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        base.hash(into: &hasher)
    }
}
