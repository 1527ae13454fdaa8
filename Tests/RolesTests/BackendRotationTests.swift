import Provisioning
import Testing

@testable import Roles

@Suite("A backend's place in HAProxy's rotation")
struct BackendRotationTests {
    static let well = HAProxyServer(isReady: true, isUp: true, sessions: 3)
    static let drained = HAProxyServer(isReady: false, isUp: true, sessions: 0)
    static let draining = HAProxyServer(isReady: false, isUp: true, sessions: 1)
    static let booting = HAProxyServer(isReady: true, isUp: false, sessions: 0)

    @Test(
        "follows from what HAProxy says",
        arguments: [
            (well, false, ["set server1 to drain", "wait until server1 has finished its requests"]),
            (draining, false, ["set server1 to drain", "wait until server1 has finished its requests"]),
            (drained, false, nil),
            (drained, true, ["set server1 to ready"]),
            (booting, true, nil),
            (well, true, nil),
            (nil, true, nil),
            (nil, false, nil),
        ] as [(HAProxyServer?, Bool, [String]?)]
    )
    func plans(seen: HAProxyServer?, isIn: Bool, steps: [String]?) {
        switch BackendRotation("server1", isIn: isIn).plan(from: seen) {
        case .unchanged: #expect(steps == nil)
        case .change(let change): #expect(change.steps.map(\.title) == steps)
        case .unknown(let why): Issue.record("unknown: \(why)")
        }
    }

    /// As HAProxy 2.6 answers, cut to what is read.
    private static let answer = ShellOutput(
        """
        state server1 2 0
        state server2 0 8
        requests server1 4
        requests server2 0

        """
    )

    @Test("reads many servers from one look")
    func reading() throws {
        let servers = ["server2", "server1"].map { HAProxyServerObservation(server: $0) }
        #expect(
            try HAProxyServerObservation.answers(from: Self.answer, for: servers) == [
                HAProxyServer(isReady: false, isUp: false, sessions: 0),
                HAProxyServer(isReady: true, isUp: true, sessions: 4),
            ]
        )
        #expect(try HAProxyServerObservation.answers(from: ShellOutput(""), for: servers) == [nil, nil])
    }

    @Test("a name that HAProxy does not have is an error")
    func unknown() {
        #expect(throws: ObservationError.self) {
            try HAProxyServerObservation.answers(from: Self.answer, for: [.init(server: "server9")])
        }
        #expect(throws: (any Error).self) { try BackendRotation("server1; shutdown", isIn: true).validate() }
    }
}
