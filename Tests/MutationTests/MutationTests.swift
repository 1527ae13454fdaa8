import MutationTrials
import Testing

/// Broken input must end in a value or in an error with its place, never in a crash or a hang.
///
/// `make mutations` gives each parser a million inputs.
@Suite("Mutated")
struct MutationTests {
    private static let rounds = 2_000

    @Test("inputs of every parser are taken, or refused with their place", arguments: Trial.all)
    func trial(trial: Trial) throws {
        let outcome = try trial(rounds: Self.rounds)
        // Both ways were walked: mutations that only break would test half.
        #expect(outcome.accepted > Self.rounds / 1000)
        #expect(outcome.accepted < Self.rounds)
    }
}
