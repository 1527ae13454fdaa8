import Foundation
import MutationSupport

/// A parser, what it is fed with once that is broken, and what must become of it.
package struct Trial: Sendable, CustomStringConvertible {
    /// What the parser made of one input. One that may keep state from input to input.
    ///
    /// - Returns: whether it took the input.
    /// - Throws: `Violation`.
    typealias Attempt = (_ input: [UInt8]) throws(Violation) -> Bool

    /// What must never become of an input.
    package struct Violation: Error, CustomStringConvertible {
        package var description: String
    }

    package struct Outcome: Sendable {
        package var accepted = 0
        /// Of the processor's time, which does not depend on what else the machine does.
        package var slowest = Duration.zero
    }

    /// For one input, which is small.
    private static let longest = Duration.seconds(1)

    package let name: String
    /// In turn; small ones are broken at more places a second.
    let seeds: [[UInt8]]
    /// The characters that mean something to the parser.
    let salt: String
    let begin: @Sendable () -> Attempt

    init(_ name: String, seeds: [[UInt8]], salt: String, begin: @escaping @Sendable () -> Attempt) {
        self.name = name
        self.seeds = seeds
        self.salt = salt
        self.begin = begin
    }

    /// For parsers of texts.
    init(
        _ name: String,
        texts: [String],
        salt: String,
        attempt: @escaping @Sendable (_ text: String) throws(Violation) -> Bool
    ) {
        self.init(name, seeds: texts.map { Array($0.utf8) }, salt: salt) {
            { input throws(Violation) in try attempt(String(decoding: input, as: UTF8.self)) }
        }
    }

    package var description: String { name }

    /// - Parameter watch: is shown each input before the parser is.
    /// - Throws: `Violation`, with the input.
    package func callAsFunction(
        rounds: Int,
        watch: (_ round: Int, _ input: [UInt8]) -> Void = { _, _ in }
    ) throws(Violation) -> Outcome {
        var mutator = Mutator(salt: salt)
        var outcome = Outcome()
        let attempt = begin()
        for round in 0..<rounds {
            let input = mutator.mutated(seeds[round % seeds.count])
            watch(round, input)
            let start = Self.processorTime
            do {
                if try attempt(input) { outcome.accepted += 1 }
                let time = Self.processorTime - start
                guard time < Self.longest else { throw Violation(description: "it took \(time)") }
                outcome.slowest = max(outcome.slowest, time)
            } catch {
                let shown = String(decoding: input, as: UTF8.self).debugDescription
                throw Violation(description: "\(name): \(error): \(shown)")
            }
        }
        return outcome
    }

    /// Of this thread.
    private static var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// Of every parser that reads what other people or other machines wrote.
    package static let all = inventories + secrets + connections + agent
}
