extension Play {
    /// A number of hosts.
    public enum Quantity: Sendable, Equatable, ExpressibleByIntegerLiteral {
        case hosts(Int)
        /// Of the play's hosts.
        case percent(Int)

        public init(integerLiteral count: Int) { self = .hosts(count) }

        /// Rounded down.
        func count(of total: Int) -> Int {
            switch self {
            case .hosts(let count): max(0, count)
            case .percent(let share): max(0, total * share / 100)
            }
        }
    }

    /// How many hosts go at once; a batch starts only when every host of the one before it is done and well.
    public enum Serial: Sendable, Equatable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
        case hosts(Int)
        /// Of the play's hosts, at least one.
        case percent(Int)
        /// One size after the other, each at least one host; the last repeats: `[1, .percent(25), .percent(100)]`.
        case batches([Quantity])

        public init(integerLiteral count: Int) { self = .hosts(count) }
        public init(arrayLiteral sizes: Quantity...) { self = .batches(sizes) }

        private var sizes: [Quantity] {
            switch self {
            case .hosts(let count): [.hosts(count)]
            case .percent(let share): [.percent(share)]
            case .batches(let sizes): sizes.isEmpty ? [.percent(100)] : sizes
            }
        }

        /// `elements` in batches of these sizes, in their order.
        func batches<Element>(of elements: [Element]) -> [[Element]] {
            var batches: [[Element]] = []
            var rest = elements[...]
            while !rest.isEmpty {
                let size = sizes[min(batches.count, sizes.count - 1)].count(of: elements.count)
                batches.append(Array(rest.prefix(max(1, size))))
                rest = rest.dropFirst(max(1, size))
            }
            return batches
        }
    }

    /// How the hosts of a batch go through their tasks.
    public enum Strategy: Sendable {
        /// Each at its own pace.
        case independent
        /// No host begins a task before all are through with the one before it.
        case lockstep
    }

    /// In which order hosts have their turn.
    public enum Order: Sendable, Equatable {
        /// As the pattern names them.
        case pattern
        case inventory
        /// The inventory's, from its end.
        case reverse
        /// By chance. The seed is said in the run's output; with the same one the order is the same.
        case shuffled(seed: UInt64? = nil)
        /// These first; the others as the pattern names them.
        case explicit([String])
    }
}

/// SplitMix64: for orders that can be had again.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
