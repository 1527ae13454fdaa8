/// Something that happens once, and that one task waits for.
struct Signal: Sendable {
    private let stream: AsyncStream<Never>
    private let continuation: AsyncStream<Never>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func fire() { continuation.finish() }

    /// - Throws: `CancellationError`.
    func wait() async throws {
        for await _ in stream {}
        try Task.checkCancellation()
    }
}

/// At most so many at a time; who waits comes in the order of asking.
actor Slots {
    private var free: Int
    private var waiting: [(number: Int, turn: Signal)] = []
    private var asked = 0

    init(_ count: Int) { free = max(1, count) }

    /// - Throws: `CancellationError`; then there is nothing to release.
    func acquire() async throws {
        if free > 0 {
            free -= 1
            return
        }
        asked += 1
        let (number, turn) = (asked, Signal())
        waiting.append((number, turn))
        do {
            try await turn.wait()
        } catch {
            if let place = waiting.firstIndex(where: { $0.number == number }) {
                waiting.remove(at: place)
            } else {
                // The turn came at the same moment.
                release()
            }
            throw error
        }
    }

    func release() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().turn.fire() }
    }
}
