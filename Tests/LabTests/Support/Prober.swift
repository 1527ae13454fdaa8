import Foundation
import Synchronization

/// Asks the virtual address for its page every 20 ms, on a thread of its own, and keeps when who answered.
final class Prober: Sendable {
    struct Answer: Sendable {
        let at: ContinuousClock.Instant
        /// The page: "server 2".
        let server: String
        /// Who held the virtual address, by the link-layer address that this machine sends to.
        let balancer: Node?
    }

    private struct Waiter {
        let deadline: ContinuousClock.Instant
        let matches: @Sendable (Answer) -> Bool
        let done: CheckedContinuation<Answer?, Never>
    }

    private struct State {
        var isStopped = false
        var answers: [Answer] = []
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    private init() {}

    /// Probes while `work` runs.
    static func during<Value>(_ work: (Prober) async throws -> Value) async rethrows -> Value {
        let prober = Prober()
        let thread = Thread { prober.probe() }
        thread.name = "prober"
        thread.start()
        defer { prober.state.withLock { $0.isStopped = true } }
        return try await work(prober)
    }

    /// The next answer that `matches`; nil where none comes in time.
    func answer(
        within patience: Duration,
        where matches: @escaping @Sendable (Answer) -> Bool = { _ in true }
    ) async -> Answer? {
        let deadline = ContinuousClock.now + patience
        return await withCheckedContinuation { done in
            state.withLock { $0.waiters.append(Waiter(deadline: deadline, matches: matches, done: done)) }
        }
    }

    func answer(from node: Node, within patience: Duration) async -> Answer? {
        await answer(within: patience) { $0.balancer == node }
    }

    /// The longest time without an answer between two instants.
    func longestSilence(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant = .now)
        -> Duration
    {
        let times = state.withLock { $0.answers.map(\.at) }.filter { start <= $0 && $0 <= end }
        return zip([start] + times, times + [end]).map { $0.duration(to: $1) }.max() ?? .zero
    }

    private func probe() {
        while !state.withLock({ $0.isStopped }) {
            let answer = TCPClient.server(at: Lab.virtualAddress).map {
                Answer(at: .now, server: $0, balancer: Self.holder())
            }
            let done = state.withLock { note(answer, in: &$0) }
            for (waiter, answer) in done { waiter.done.resume(returning: answer) }
            usleep(20_000)
        }
        let left = state.withLock { $0.waiters }
        for waiter in left { waiter.done.resume(returning: nil) }
    }

    private func note(_ answer: Answer?, in state: inout State) -> [(Waiter, Answer?)] {
        if let answer { state.answers.append(answer) }
        let now = ContinuousClock.now
        var done: [(Waiter, Answer?)] = []
        state.waiters.removeAll { waiter in
            if let answer, waiter.matches(answer) {
                done.append((waiter, answer))
            } else if waiter.deadline < now {
                done.append((waiter, nil))
            } else {
                return false
            }
            return true
        }
        return done
    }

    /// The lab gives each node's card the last byte of its IP address: 02:42:0a:2a:00:49 is pi1's, 10.42.0.73.
    static func holder() -> Node? {
        guard let table = try? String(contentsOfFile: "/proc/net/arp", encoding: .utf8) else { return nil }
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 3, words[0] == Lab.virtualAddress, words[3] != "00:00:00:00:00:00" else {
                continue
            }
            return words[3].split(separator: ":").last
                .flatMap { UInt8($0, radix: 16) }
                .flatMap { Node(address: "10.42.0.\($0)") }
        }
        return nil
    }
}
