import Foundation
import Testing

extension LabSuite {
    /// A controller that dies at any moment of the first run over fresh nodes.
    @Suite struct KilledRuns {
        /// One of each kind.
        static let nodes = [Node.pi2, .pi5]
        /// `APUS_LAB_KILLS` says how many.
        static let kills =
            ProcessInfo.processInfo.environment["APUS_LAB_KILLS"].flatMap { Int($0) } ?? 5

        @Test("the next run converges; nothing is doubled, half-written or left behind")
        func killed() async throws {
            var generator = LinearGenerator(state: 7)
            let limit = Self.nodes.map(\.address).joined(separator: ",")
            let site = [Lab.apus, "run", "site", "-i", Lab.inventoryPath, "--limit", limit]
            try await reset()
            var kills = 0
            while kills < Self.kills {
                let moment = Double.random(in: 0.2...5, using: &generator)
                let killing = ["sh", "-c", "timeout -s KILL \"$@\"; echo $?", "sh", "\(moment)"]
                let run = try await Program(killing + site).run(deadline: .seconds(60))
                if run.output.hasSuffix("137\n") {
                    kills += 1
                } else {
                    // It came to its end before.
                    #expect(run.output.hasSuffix("\n0\n"), "\(run.output)")
                    try await expectNothingStrange()
                    try await reset()
                }
            }
            let last = try await Program(site).run(deadline: .seconds(200))
            #expect(last.status == 0, "\(last.output)")
            try await expectNothingStrange()
            let again = try await LabRun.of("site", limit: limit)
            #expect(again.isWell && again.unsettled == [], "\(again.trouble)\n\(again.unsettled)")
        }

        private func reset() async throws {
            try await Lab.perform("reset", "pi2", "pi5")
        }

        /// Each line that a node answers is something that should not be.
        private func expectNothingStrange() async throws {
            let strange = try await onEach(Self.nodes) { node in
                try await node.root(
                    """
                    n=0; while pgrep -f '^sh -s apus-lock:' >/dev/null && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done
                    pgrep -af '^sh -s apus-lock:' | sed 's/^/still locked by /' || :
                    find / -xdev \\( -name '.apus*' -o -path '/var/lib/apus/jobs/*' \\) | sed 's/^/left: /'
                    grep -h '^Install: ' /var/log/apt/history.log |
                      grep -o "[a-z0-9.+-]*:$(dpkg --print-architecture)" | sort | uniq -d |
                      sed 's/^/installed twice: /'
                    iptables-save | grep '^-A' | sort | uniq -d | sed 's/^/doubled: /'
                    dpkg --audit
                    [ "$(docker ps -aq | wc -l)" = 1 ] || docker ps -a
                    """
                )
            }
            for (node, lines) in strange { #expect(lines == "", "\(node)") }
        }
    }
}

/// The same numbers in every run of the tests (Knuth's MMIX constants).
private struct LinearGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state
    }
}
