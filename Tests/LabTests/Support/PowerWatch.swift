import Foundation
import Synchronization

/// Looks at the sshd of every node ten times a second, each on a thread of its own, and keeps when it was down.
final class PowerWatch: Sendable {
    struct Outage: Sendable {
        let node: Node
        /// From the first look that failed to the last; the node was down at both.
        var time: ClosedRange<ContinuousClock.Instant>
    }

    private struct State {
        var isStopped = false
        var outages: [Outage] = []
    }

    private let state = Mutex(State())

    private init() {}

    /// - Returns: the outages of all nodes while `work` ran, by their beginnings.
    static func during(_ work: () async throws -> Void) async throws -> [Outage] {
        let watch = PowerWatch()
        for node in Node.allCases {
            let thread = Thread { watch.look(at: node) }
            thread.name = "power watch \(node)"
            thread.start()
        }
        defer { watch.state.withLock { $0.isStopped = true } }
        try await work()
        return watch.state.withLock { $0.outages }.sorted { $0.time.lowerBound < $1.time.lowerBound }
    }

    private func look(at node: Node) {
        var current: Int?
        while !state.withLock({ $0.isStopped }) {
            let now = ContinuousClock.now
            if TCPClient.hasSSH(at: node.address) {
                current = nil
            } else {
                current = state.withLock { state in
                    if let current {
                        state.outages[current].time = state.outages[current].time.lowerBound...now
                        return current
                    }
                    state.outages.append(Outage(node: node, time: now...now))
                    return state.outages.count - 1
                }
            }
            usleep(100_000)
        }
    }
}
