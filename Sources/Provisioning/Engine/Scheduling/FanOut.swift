extension Array where Element: Sendable {
    /// Does `work` for each element, in their order, at most `limit` at the same time.
    ///
    /// - Parameter mayBegin: asked before each; where it says no, the rest is left.
    /// - Returns: the rest.
    @discardableResult
    func fanOut(
        atMost limit: Int,
        while mayBegin: () -> Bool = { true },
        _ work: @escaping @Sendable (Element) async -> Void
    ) async -> ArraySlice<Element> {
        await withTaskGroup(of: Void.self) { group in
            var rest = self[...]
            func begin() {
                guard mayBegin(), let element = rest.popFirst() else { return }
                group.addTask { await work(element) }
            }
            for _ in 0..<Swift.min(Swift.max(1, limit), count) { begin() }
            for await _ in group { begin() }
            return rest
        }
    }
}
