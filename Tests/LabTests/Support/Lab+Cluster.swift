import Testing

extension Lab {
    /// Brings all five nodes into the state of `site`; a run that changes nothing costs a second or two.
    static func converge() async throws {
        let run = try await LabRun.of("site")
        try #require(run.isWell, "\(run.trouble)")
    }

    /// The balancers that have the virtual address on their card.
    static func holders() async throws -> [Node] {
        let addresses = try await onEach(Node.balancers) {
            try await $0.root("ip -4 -o address show dev eth0")
        }
        return Node.balancers.filter { addresses[$0]?.contains("inet \(virtualAddress)/") == true }
    }

    /// A converged cluster whose virtual address answers from the preferred balancer: how each failover begins.
    static func settle(_ prober: Prober) async throws {
        try await converge()
        try #require(
            await prober.answer(from: .pi1, within: .seconds(30)) != nil,
            "\(virtualAddress) does not answer from \(Node.pi1)"
        )
        try #require(try await holders() == [.pi1])
    }
}
