import Foundation
import Testing

/// Two agents, or one and keepalived in both places, as a pair on one wire.
@Suite(
    "Interoperation",
    .enabled(if: canUseNamespaces && Speaker.hasKeepalived, "needs root, network namespaces and keepalived")
)
struct InteroperationTests {
    static let pairs: [[Speaker]] = [[.apus, .apus], [.apus, .keepalived], [.keepalived, .apus]]

    @Test("they replace each other and take their places again", arguments: Dialect.all, pairs)
    func takeover(dialect: Dialect, speakers: [Speaker]) async throws {
        try await onThread {
            let pair = try Pair(dialect, speakers, priorities: [101, 100])
            try pair.start("a")
            try pair.expectMaster("a")
            try pair.start("b")
            for event in Pair.Event.allCases {
                try pair.cause(event, at: "a")
                try pair.expectMaster("b")
                try pair.undo(event, at: "a")
                try pair.expectMaster("a")
            }
            try pair.expectOneHolder("a")
            // Once for each event; once more where this machine stands still for three intervals.
            #expect(pair.masterships(of: "b") <= Pair.Event.allCases.count + 1)
        }
    }

    @Test("of two with one priority the higher address wins", arguments: Dialect.all, pairs)
    func tie(dialect: Dialect, speakers: [Speaker]) async throws {
        try await onThread {
            let pair = try Pair(dialect, speakers, priorities: [100, 100])
            // Two masters that do not hear each other until the switch works.
            try run(["ip", "-n", pair.network.namespace("switch"), "link", "set", "br0", "down"])
            try pair.start("a")
            try pair.start("b")
            try pair.expectMaster("a")
            try pair.expectMaster("b")
            try run(["ip", "-n", pair.network.namespace("switch"), "link", "set", "br0", "up"])
            try pair.expectBackup("a")
            try pair.expectOneHolder("b")
        }
    }

    /// Runs what blocks outside of the few threads that tests share.
    private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
        }
    }
}

/// Two nodes, `a` with the first speaker and `b` with the second.
private final class Pair {
    enum Event: CaseIterable { case stop, kill, unplug, lowerPriority }

    let network: TestNetwork
    private let dialect: Dialect
    private let speakers: [String: Speaker]
    private let priorities: [String: Int]
    private var running: [String: AgentProcess] = [:]
    /// How many lines of each log were looked at.
    private var seen: [String: Int] = [:]

    init(_ dialect: Dialect, _ speakers: [Speaker], priorities: [Int]) throws {
        network = try TestNetwork(nodes: ["a", "b"])
        self.dialect = dialect
        self.speakers = ["a": speakers[0], "b": speakers[1]]
        self.priorities = ["a": priorities[0], "b": priorities[1]]
    }

    deinit {
        for process in running.values { _ = try? process.killAll() }
    }

    func start(_ node: String) throws {
        guard let speaker = speakers[node], let priority = priorities[node] else { return }
        let file = try dialect.configuration(in: network, node, priority: priority)
        running[node] = try speaker.start(in: network, node, configuration: file)
        seen[node] = 0
    }

    func cause(_ event: Event, at node: String) throws {
        guard let process = running[node] else { return }
        seen[node] = process.lines.count
        switch event {
        case .stop:
            process.signal(SIGTERM)
            _ = process.wait()
        case .kill: try process.killAll()
        case .unplug: try network.setSwitchPort(node, up: false)
        case .lowerPriority: try reload(node, priority: 50)
        }
    }

    func undo(_ event: Event, at node: String) throws {
        switch event {
        case .stop, .kill: try start(node)
        case .unplug: try network.setSwitchPort(node, up: true)
        case .lowerPriority: try reload(node, priority: priorities[node] ?? 0)
        }
    }

    private func reload(_ node: String, priority: Int) throws {
        _ = try dialect.configuration(in: network, node, priority: priority)
        running[node]?.signal(SIGHUP)
    }

    func expectMaster(_ node: String) throws { try wait(for: \.master, at: node) }
    func expectBackup(_ node: String) throws { try wait(for: \.backup, at: node) }

    /// Ten times the longest timer, for machines that do something else beside.
    private var limit: TimeInterval { max(10, dialect.interval * 40) }

    private func wait(for state: KeyPath<Speaker, String>, at node: String) throws {
        guard let process = running[node], let speaker = speakers[node] else { return }
        seen[node] = try process.wait(for: speaker[keyPath: state], after: seen[node] ?? 0, limit: limit)
    }

    /// How often it has become master.
    func masterships(of node: String) -> Int {
        guard let process = running[node], let speaker = speakers[node] else { return 0 }
        return process.lines.count { $0.contains(speaker.master) }
    }

    func expectOneHolder(_ holder: String) throws {
        // keepalived says that it is backup before it takes its addresses off.
        let isAlone = try eventually(within: limit) {
            try dialect.addresses.allSatisfy { address in
                try ["a", "b"].allSatisfy { try network.holdsAddress($0, address) == ($0 == holder) }
            }
        }
        guard isAlone else {
            throw CommandFailure(description: "\(holder) is not the one that holds \(dialect.addresses)")
        }
    }
}
