import Testing

@testable import SSH

@Suite("The event loop", .timeLimit(.minutes(1)))
struct EventLoopTests {
    @Test("timers come in the order of their deadlines, and cancelled ones never")
    func timers() {
        var queue = TimerQueue()
        var fired: [Int] = []
        let start = ContinuousClock.now
        var identifiers: [Int: TimerQueue.Identifier] = [:]
        // A permutation of 0..<200, since 73 and 200 have no common divisor.
        for number in (0..<200).map({ $0 * 73 % 200 }) {
            identifiers[number] = queue.insert(at: start + .seconds(number)) { fired.append(number) }
        }
        for number in 0..<200 where number % 3 != 0 { queue.cancel(identifiers[number]!) }
        #expect(queue.count == 67)
        while let action = queue.popDue(at: start + .seconds(99)) { action() }
        #expect(fired == (0..<100).filter { $0 % 3 == 0 })
        #expect(queue.next() == start + .seconds(102))
    }

    @Test("timers of one deadline come in the order they were set")
    func equalDeadlines() {
        var queue = TimerQueue()
        var fired: [Int] = []
        let start = ContinuousClock.now
        for number in 0..<50 { _ = queue.insert(at: start) { fired.append(number) } }
        while let action = queue.popDue(at: start) { action() }
        #expect(fired == Array(0..<50))
    }

    @Test("a sleep lasts as long as asked, and ends at once when cancelled")
    func sleep() async throws {
        let start = ContinuousClock.now
        try await EventLoop.shared.sleep(for: .milliseconds(20))
        #expect(start.duration(to: .now) >= .milliseconds(20))
        let sleeping = Task { try await EventLoop.shared.sleep(for: .seconds(1_000)) }
        sleeping.cancel()
        await #expect(throws: CancellationError.self) { try await sleeping.value }
    }

    @Test("tasks that prefer it run on its thread")
    func executor() async {
        let isCurrent = await Task(executorPreference: EventLoop.shared) { EventLoop.shared.isCurrent }.value
        #expect(isCurrent)
        #expect(!EventLoop.shared.isCurrent)
    }

    @Test("a completion takes the first result only")
    func completion() async throws {
        let completion = Completion<Int>()
        #expect(completion.finish(.success(1)))
        #expect(!completion.finish(.success(2)))
        #expect(try await completion.value() == 1)
    }

    @Test("the pool runs more work than it has threads")
    func pool() async throws {
        let pool = BlockingPool(limit: 3)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<100 { group.addTask { try await pool.run { number } } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 4_950)
    }
}
