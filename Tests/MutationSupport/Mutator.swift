/// Breaks texts in ways that parsers meet: bytes changed, inserted, removed and repeated. The same on every run.
public struct Mutator {
    /// The characters that mean something to the parser.
    private let salt: [UInt8]
    /// In one text.
    private let changes: ClosedRange<Int>
    private var random: SeededGenerator

    public init(salt: String, changes: ClosedRange<Int> = 1...6, seed: UInt64 = 42) {
        self.salt = Array(salt.utf8)
        self.changes = changes
        random = SeededGenerator(seed: seed)
    }

    public mutating func mutated(_ text: some Sequence<UInt8>) -> [UInt8] {
        var bytes = Array(text)
        for _ in 0..<Int.random(in: changes, using: &random) where !bytes.isEmpty { mutate(&bytes) }
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
