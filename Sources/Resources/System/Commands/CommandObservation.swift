public import Provisioning

/// How a command ends that only looks: what `onlyIf` and `unless` ask.
public struct CommandObservation: Observation {
    public let invocation: Invocation

    /// A command that has not ended by then tells nothing.
    public static var deadline: Duration? { .seconds(30) }

    public static func script(for subjects: [CommandObservation]) -> String {
        subjects.map { "( \($0.invocation.script) ) >/dev/null 2>&1 </dev/null; echo $?" }
            .joined(separator: "\n")
    }

    public static func answers(from output: ShellOutput, for subjects: [CommandObservation]) throws
        -> [Int32]
    {
        try output.lines.map { line in
            guard let status = Int32(line) else { throw ObservationError("a command ended with «\(line)»") }
            return status
        }
    }
}
