import Foundation

/// Breaks a text in ways that parsers meet: bytes changed, inserted, removed and repeated. The same on every run.
struct Mutator {
    /// 5,000; `APUS_MUTATIONS=1000000` asks for more (`make mutations`).
    static let rounds =
        ProcessInfo.processInfo.environment["APUS_MUTATIONS"].flatMap(Int.init) ?? 5_000

    let seed: [UInt8]
    /// The characters that mean something to the parser.
    let salt: [UInt8]
    private var random = SeededGenerator(state: 42)

    init(_ seed: String, salt: String) {
        self.seed = Array(seed.utf8)
        self.salt = Array(salt.utf8)
    }

    mutating func next() -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty { mutate(&bytes) }
        return bytes
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[index] = salt.randomElement(using: &random) ?? 0
        case 2: bytes.insert(salt.randomElement(using: &random) ?? 0, at: index)
        case 3:
            let count = Int.random(in: 1...9, using: &random)
            bytes.removeSubrange(index..<min(bytes.count, index + count))
        default:
            let other = Int.random(in: 0..<bytes.count, using: &random)
            bytes += bytes[min(index, other)..<max(index, other)]
        }
    }
}

/// A generator that gives the same numbers on every run (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
