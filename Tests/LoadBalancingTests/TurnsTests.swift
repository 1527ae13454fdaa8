import LoadBalancing
import Testing

@Suite("Turns")
struct TurnsTests {
    @Test(
        "are as many as the weights say, spread, in the shortest cycle",
        arguments: [
            (weights: [], turns: []), ([5], [0]), ([1, 1, 1], [0, 1, 2]), ([2, 1], [0, 1, 0]),
            ([3, 1, 1], [0, 1, 0, 2, 0]), ([100, 50], [0, 1, 0]), ([0, 2], [1]), ([0, 0], []),
        ]
    )
    func turns(weights: [Int], turns: [Int]) {
        #expect(LoadBalancing.turns(for: weights) == turns)
    }
}
