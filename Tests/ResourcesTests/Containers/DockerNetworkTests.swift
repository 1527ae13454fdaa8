import Foundation
import Provisioning
import Testing

@testable import Resources

@Suite("Docker networks")
struct DockerNetworkTests {
    /// What Docker 20.10 answered.
    private static let answer = """
        [{"Name": "web", "Id": "90f1", "Scope": "local", "Driver": "bridge", "EnableIPv6": false,
          "IPAM": {"Driver": "default", "Options": {},
            "Config": [{"Subnet": "172.19.0.0/16", "Gateway": "172.19.0.1", "IPRange": "172.19.5.0/24"}]},
          "Internal": false, "Containers": {}, "Options": {"x": "y"}, "Labels": {}},
         {"Name": "90f1", "Id": "77aa", "Driver": "macvlan", "IPAM": {"Config": null}, "Internal": true,
          "Options": null}]
        """

    private func look(_ names: [String], errors: String = "") throws -> [InspectedNetwork?] {
        let output = ShellOutput(status: 0, output: Array(Self.answer.utf8), errors: Array(errors.utf8))
        return try DockerNetworkObservation.answers(from: output, for: names.map { .init(name: $0) })
    }

    @Test(
        "what is not there is missing, whatever Docker's words for it are",
        arguments: ["Error: No such network: a\n", "Error response from daemon: network a not found\n"]
    )
    func missing(complaint: String) throws {
        let seen = try look(["web", "a", "90f1"], errors: complaint)
        #expect(seen.map { $0?.driver } == ["bridge", nil, "macvlan"])
        #expect(throws: ObservationError.self) { try look(["web"], errors: "Cannot connect to the daemon\n") }
    }

    private static let subnet = DockerNetwork.Subnet("172.19.0.0/16", gateway: "172.19.0.1")

    static let cases: [(network: DockerNetwork, lines: [String])] = [
        (DockerNetwork("web"), []), (DockerNetwork("web", subnets: [subnet]), []),
        (DockerNetwork("web", subnets: [.init("172.19.0.0/16", range: "172.19.5.0/24")]), []),
        (DockerNetwork("web", options: ["x": "y"]), []), (DockerNetwork("gone", state: .absent), []),
        (DockerNetwork("gone", subnets: [subnet]), ["state: absent → present"]),
        (DockerNetwork("web", state: .absent), ["state: present → absent"]),
        (DockerNetwork("web", driver: "macvlan"), ["driver: bridge → macvlan"]),
        (DockerNetwork("web", internal: true), ["internal: false → true"]),
        (DockerNetwork("web", subnets: [.init("10.1.0.0/16")]), ["subnets: 172.19.0.0/16 → 10.1.0.0/16"]),
        (
            DockerNetwork("web", subnets: [.init("172.19.0.0/16", gateway: "172.19.0.9")]),
            ["gateway of 172.19.0.0/16: 172.19.0.1 → 172.19.0.9"]
        ),
        (DockerNetwork("web", options: ["x": "z", "a": "b"]), ["option a: absent → b", "option x: y → z"]),
    ]

    @Test("only what is said is compared", arguments: cases.indices)
    func plans(index: Int) throws {
        let (network, lines) = Self.cases[index]
        let plan = network.plan(from: try look([network.name]).first ?? nil)
        #expect(plan.lines == lines)
    }

    @Test("all that is said reaches Docker")
    func create() {
        let network = DockerNetwork(
            "lan",
            driver: "macvlan",
            subnets: [.init("10.1.0.0/16", gateway: "10.1.0.1", range: "10.1.2.0/24"), .init("fd00::/64")],
            internal: true,
            options: ["parent": "eth0"]
        )
        let words =
            "docker network create --driver macvlan --subnet 10.1.0.0/16 --gateway 10.1.0.1"
            + " --ip-range 10.1.2.0/24 --subnet fd00::/64 --ipv6 --internal --opt 'parent=eth0' -- lan"
        #expect(network.plan(from: nil).titles == [words])
    }

    @Test(
        "what Docker could not make is told before anything is touched",
        arguments: [
            DockerNetwork("-x"), DockerNetwork("bridge"), DockerNetwork("a b"),
            DockerNetwork("a", driver: ""),
            DockerNetwork("a", subnets: [.init("172.19.0.0")]),
            DockerNetwork("a", subnets: [.init("172.19.0.0/16", gateway: "router")]),
        ]
    )
    func invalid(network: DockerNetwork) { #expect(throws: ResourceError.self) { try network.validate() } }
}
