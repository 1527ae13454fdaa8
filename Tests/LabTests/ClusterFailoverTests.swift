import Testing

extension LabSuite {
    /// The virtual address outlives what holds it.
    @Suite struct Failover {
        @Test("the virtual address answers from server 1, 2 and 3 in turn")
        func turns() async throws {
            try await Lab.converge()
            try await Prober.during { try await Lab.settle($0) }
            let seen = (0..<9).map { _ in TCPClient.server(at: Lab.virtualAddress) ?? "nobody" }
            let first = try #require(["server 1", "server 2", "server 3"].firstIndex(of: seen[0]), "\(seen)")
            #expect(seen == (0..<9).map { "server \(($0 + first) % 3 + 1)" })
        }

        /// What takes the active balancer, pi1, out of the game, and how it comes back.
        struct Outage: Sendable, CustomTestStringConvertible {
            let testDescription: String
            /// From one answer of pi1 to the first of pi2.
            let silence: Duration
            /// From the repair to pi1's answer: it must be seen as well (two checks, 2 s apart), be heard as the
            /// better one (a second), and before that boot, where it was off.
            let comeback: Duration
            let cause: @Sendable () async throws -> Void
            let repair: @Sendable () async throws -> Void
        }

        static let outages = [
            Outage(
                testDescription: "its HAProxy container stopped",
                silence: .seconds(6),
                comeback: .seconds(15),
                cause: { try await Node.pi1.root("docker stop haproxy") },
                repair: { try await Node.pi1.root("docker start haproxy") }
            ),
            Outage(
                testDescription: "its node powered off",
                silence: .seconds(5),
                comeback: .seconds(30),
                cause: { try await Lab.perform("power-off", "pi1") },
                repair: { try await Lab.perform("power-on", "pi1") }
            ),
            Outage(
                testDescription: "its agent stopped",
                silence: .seconds(2),
                comeback: .seconds(15),
                cause: { try await Node.pi1.root("systemctl stop apus-vrrpd") },
                repair: { try await Node.pi1.root("systemctl start apus-vrrpd") }
            ),
        ]

        @Test(
            "the other balancer takes over in time, and gives back to the preferred one",
            arguments: outages
        )
        func failover(_ outage: Outage) async throws {
            try await Prober.during { prober in
                try await Lab.settle(prober)

                let start = ContinuousClock.now
                try await outage.cause()
                // Waits longer than is allowed, to tell how long it took.
                let takeover = try #require(
                    await prober.answer(from: .pi2, within: .seconds(30)),
                    "pi2 never answers"
                )
                let silence = prober.longestSilence(from: start, to: takeover.at)
                #expect(silence <= outage.silence)

                let repaired = ContinuousClock.now
                try await outage.repair()
                let comeback = try #require(
                    await prober.answer(from: .pi1, within: outage.comeback),
                    "pi1 does not take the address back"
                )
                let gap = prober.longestSilence(from: repaired, to: comeback.at)
                print(
                    "\(outage.testDescription): silent for \(silence), and for \(gap) while pi1 took it back"
                )
                #expect(gap <= outage.silence)
                #expect(try await Lab.holders() == [.pi1])
            }
        }
    }
}
