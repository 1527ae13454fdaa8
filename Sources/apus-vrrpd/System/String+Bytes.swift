extension String {
    /// Whether the bytes are the same. `==` would compare canonical equivalence, and bring the Unicode tables
    /// into the agent for it.
    func isSame(as other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }

    /// The bytes with a NUL behind them.
    var terminated: [UInt8] { Array(utf8) + [0] }
}
