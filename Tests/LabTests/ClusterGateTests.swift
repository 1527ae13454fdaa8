import Apus
import Provisioning
import Roles
import Testing

extension LabSuite {
    /// What must hold before a roll goes on, asked of the real cluster.
    @Suite struct Gates {
        /// The preferred balancer comes last.
        private func roll(
            @GateBuilder _ gates: @escaping @Sendable (PlayHost) throws -> [Gate]
        ) async throws -> LabRun {
            let play = Play(
                "Roll",
                on: "balancers",
                become: .root,
                serial: 1,
                order: .reverse,
                tasks: { _ in TestStep(name: "pass", script: "true") },
                gates: gates
            )
            return try await LabRun.of([Playbook("roll") { play }])
        }

        @Test("a roll goes on where the cluster is well")
        func open() async throws {
            try await Lab.converge()
            let run = try await roll { host in
                Gate.address(
                    try host.vars["virtual_address"],
                    heldByOneOf: "balancers",
                    timing: .init(steadyFor: .zero)
                )
                Gate.http("http://\(try host.vars["virtual_address"] as String)/", containing: "Hello world")
                DockerBalancer.answers(on: Pattern(host.name))
                for server in try host.inventory.hosts(matching: "servers") {
                    DockerBalancer.serves(try server.variables["page"], on: "balancers")
                }
                VRRPAgent.isSettled(on: "balancers")
            }
            #expect(run.isWell, "\(run.trouble)")
            #expect(run.changed.count == Node.balancers.count)
        }

        @Test("a roll stops behind a balancer whose HAProxy does not answer")
        func shut() async throws {
            try await Lab.converge()
            try await Node.pi2.root("docker stop --time 1 haproxy")
            let run = try await roll { host in
                DockerBalancer.answers(on: Pattern(host.name), timing: .init(within: .seconds(1)))
            }
            try await Node.pi2.root("docker start haproxy")

            #expect(run.recap.exitStatus == 2)
            #expect(run.changed == ["pi2 TestStep[pass]"])
            let said = run.notices.joined()
            #expect(said.contains("«HAProxy answers 200 on \(Node.pi2.address)» did not open"), "\(said)")
            #expect(said.contains("not done: \(Node.pi1.address)"), "\(said)")
        }
    }
}
