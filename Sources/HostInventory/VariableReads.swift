import Synchronization

/// The names of the variables that are asked for while some work goes on, whether they are set or not.
package final class VariableReads: Sendable {
    @TaskLocal private static var current: VariableReads?

    private let asked = Mutex<Set<String>>([])

    private init() {}

    /// Does `work`, and tells which variables it asked for.
    package static func during<Value>(_ work: () throws -> Value) rethrows -> (Value, names: Set<String>) {
        let reads = VariableReads()
        let value = try $current.withValue(reads, operation: work)
        return (value, reads.asked.withLock(\.self))
    }

    static func note(_ name: String) {
        current?.asked.withLock { _ = $0.insert(name) }
    }
}
