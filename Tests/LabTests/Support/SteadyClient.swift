import Foundation
import Synchronization

/// Asks the virtual address for its page 50 times a second, as a browser would: with patience, and without a second try.
final class SteadyClient: Sendable {
    struct Tally: Sendable {
        var answered = 0
        /// When each question was asked that got no page.
        var failed: [ContinuousClock.Instant] = []
        var slowest = Duration.zero
    }

    private static let interval = Duration.milliseconds(20)
    private static let patience = Duration.seconds(10)

    private let isStopped = Mutex(false)
    private let tally = Mutex(Tally())
    private let open = DispatchGroup()

    private init() {}

    /// What became of the questions that were asked while `work` ran.
    static func during(_ work: () async throws -> Void) async rethrows -> Tally {
        let client = SteadyClient()
        let clock = Thread { client.askOnTime() }
        clock.name = "steady client"
        client.open.enter()
        clock.start()
        defer { client.isStopped.withLock { $0 = true } }
        try await work()
        client.isStopped.withLock { $0 = true }
        await withCheckedContinuation { done in client.open.notify(queue: .global()) { done.resume() } }
        return client.tally.withLock { $0 }
    }

    private func askOnTime() {
        var next = ContinuousClock.now
        while !isStopped.withLock({ $0 }) {
            // A question may wait for its answer while the next ones are asked.
            open.enter()
            Thread.detachNewThread { [self] in
                ask()
                open.leave()
            }
            next += Self.interval
            let pause = ContinuousClock.now.duration(to: next) / Duration.microseconds(1)
            if pause > 0 { usleep(UInt32(pause)) }
        }
        open.leave()
    }

    private func ask() {
        let start = ContinuousClock.now
        let page = TCPClient.server(at: Lab.virtualAddress, patience: Self.patience)
        let duration = start.duration(to: .now)
        tally.withLock { tally in
            if page == nil { tally.failed.append(start) } else { tally.answered += 1 }
            tally.slowest = max(tally.slowest, duration)
        }
    }
}
