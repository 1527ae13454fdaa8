import HostInventory
import Provisioning
import Testing

@testable import Resources

@Suite("Docker containers")
struct DockerContainerTests {
    private static func titles(_ plan: Plan) -> [String] { plan.change?.steps.map(\.title) ?? [] }

    @Test("a container as Docker spells it is the one that was asked for")
    func unchanged() throws {
        let full = DockerSamples.desired.plan(
            from: try DockerSamples.state(container: DockerSamples.container)
        )
        #expect(full.isUnchanged, "\(full)")
        let plain = DockerContainer("balancer", image: "haproxy")
        let plan = plain.plan(from: try DockerSamples.state(container: DockerSamples.plainContainer))
        #expect(plan.isUnchanged, "\(plan)")
    }

    @Test(
        "each attribute that was changed on the host is seen, and nothing else",
        arguments: [
            (
                "\"HostPort\": \"8080\"", "\"HostPort\": \"80\"",
                ["ports: 127.0.0.1:53:53/udp, 80:80 → 127.0.0.1:53:53/udp, 8080:80"]
            ),
            ("\"HostIp\": \"\"", "\"HostIp\": \"::\"", []),
            ("\"HostIp\": \"\"", "\"HostIp\": \"0.0.0.0\"", []),
            ("vol:/c:ro", "vol:/c", ["volumes: /srv/a:/b, vol:/c → /srv/a:/b, vol:/c:ro"]),
            ("unless-stopped", "always", ["restart policy: always → unless-stopped"]),
            ("CAP_NET_ADMIN", "SYS_TIME", ["added capabilities: SYS_TIME → NET_ADMIN"]),
            ("[\"MKNOD\"]", "null", ["dropped capabilities: none → MKNOD"]),
            ("db:10.0.0.1", "db:10.0.0.2", ["extra hosts: db:10.0.0.2 → db:10.0.0.1"]),
            ("\"ReadonlyRootfs\": true", "\"ReadonlyRootfs\": false", ["read-only: false → true"]),
            ("\"Privileged\": false", "\"Privileged\": true", ["privileged: true → false"]),
            ("\"Hard\": 200", "\"Hard\": 300", ["ulimits: nofile=100:300 → nofile=100:200"]),
            ("\"hh\"", "\"other\"", ["hostname: other → hh"]),
            ("\"User\": \"1000\"", "\"User\": \"\"", ["user: none → 1000"]),
            ("\"/tmp\"", "\"/\"", ["working directory: / → /tmp"]),
            ("\"-d\"", "\"-d x\"", ["command: haproxy '-d x' → haproxy -d"]),
            ("\"Entrypoint\": null", "\"Entrypoint\": [\"sh\"]", ["entrypoint: sh → none"]),
            ("COLOR=blue", "COLOR=red", ["environment COLOR: another value → blue"]),
            ("TOKEN=s3cret", "TOKEN=0ther", ["environment TOKEN: another value → «hidden»"]),
            (
                "\"COLOR=blue\", ", "\"COLOR=blue\", \"OLD=s3cret2\", ",
                ["environment OLD: another value → absent"]
            ),
            ("\"COLOR=blue\", ", "\"COLOR=blue\", \"http_proxy=x\", ", []),
            ("LANG=C.UTF-8", "LANG=C", ["environment LANG: another value → C.UTF-8"]),
            ("\"x\": \"y\"", "\"x\": \"y\", \"z\": \"\"", ["label z:  → absent"]),
            ("\"feed\"", "\"food\"", ["label apus.context: food → feed"]),
            (
                "\"bridge\": {\"NetworkID\": \"1\"}", "\"bridge\": {}, \"lan\": {}",
                ["networks: bridge, lan → bridge"]
            ),
        ]
    )
    func drift(text: String, replacement: String, expected: [String]) throws {
        #expect(DockerSamples.container.contains(text))
        let changed = DockerSamples.container.replacing(text, with: replacement)
        let plan = DockerSamples.desired.plan(from: try DockerSamples.state(container: changed))
        #expect(plan.lines == expected)
        #expect(Self.titles(plan) == (expected.isEmpty ? [] : ["replace the container balancer"]))
    }

    @Test(
        "a file that was replaced since the container started costs a restart",
        arguments: [
            (MountedFile.same, "unchanged", []),
            (.notMounted, "unchanged", []),
            (
                .replaced,
                "change: /srv/a in the container: the file before it was replaced → the present one",
                ["restart the container balancer"]
            ),
            (
                .hidden, "unknown: only root can see whether the container has the /srv/a that is there now",
                []
            ),
        ]
    )
    func mountedFile(seen: MountedFile, plan: String, steps: [String]) throws {
        var state = try DockerSamples.state(container: DockerSamples.container)
        state.files = ["/srv/a": seen]
        #expect(DockerSamples.desired.plan(from: state).shown == plan)
        #expect(Self.titles(DockerSamples.desired.plan(from: state)) == steps)
        // A container that starts anyway gets the present file.
        for status in ["exited", "restarting"] {
            state.container?.state.status = status
            #expect(!DockerSamples.desired.plan(from: state).lines.contains { $0.contains("/srv/a") })
        }
    }

    @Test(
        "a state alone costs no replacement",
        arguments: [
            ("exited", DockerContainer.DesiredState.running, ["start the container balancer"]),
            ("created", .running, ["start the container balancer"]),
            ("paused", .running, ["docker unpause balancer"]),
            ("restarting", .running, ["restart the container balancer"]),
            ("running", .stopped, ["docker stop balancer"]),
            ("exited", .stopped, []),
            ("running", .absent, ["remove the container balancer"]),
        ]
    )
    func states(status: String, wanted: DockerContainer.DesiredState, steps: [String]) throws {
        let text = DockerSamples.container.replacing(
            "\"Status\": \"running\"",
            with: "\"Status\": \"\(status)\""
        )
        let plan = with(DockerSamples.desired) { $0.state = wanted }.plan(
            from: try DockerSamples.state(container: text)
        )
        #expect(Self.titles(plan) == steps)
        let shown = wanted == .absent ? "absent" : wanted.rawValue
        #expect(plan.lines == (steps.isEmpty ? [] : ["state: \(status) → \(shown)"]))
    }

    @Test("a missing container is created, and an absent one stays so")
    func missing() throws {
        let state = try DockerSamples.state(container: "[]")
        #expect(Self.titles(DockerSamples.desired.plan(from: state)) == ["create the container balancer"])
        #expect(with(DockerSamples.desired) { $0.state = .absent }.plan(from: state).isUnchanged)
    }

    @Test("an image that is missing is pulled first, in a job of its own")
    func imageMissing() throws {
        let plan = DockerSamples.desired.plan(from: try DockerSamples.state(container: "[]", image: nil))
        let steps = try #require(plan.change?.steps)
        #expect(steps.map(\.title) == ["docker pull -- haproxy:latest", "create the container balancer"])
        #expect(steps.map(\.isJob) == [true, false])
    }

    @Test("an image that was rebuilt under its name replaces the container")
    func rebuilt() throws {
        let newer = DockerSamples.image.replacing(
            DockerSamples.imageID,
            with: "sha256:" + String(repeating: "c", count: 64)
        )
        let state = try DockerSamples.state(
            container: DockerSamples.container,
            image: newer.replacing("feed", with: "new")
        )
        let plan = DockerSamples.desired.plan(from: state)
        #expect(plan.lines == ["image: aaaaaaaaaaaa → haproxy:latest cccccccccccc"])
    }

    @Test("an image whose name is gone from the host is no reason to replace what runs")
    func imageGone() throws {
        let state = try DockerSamples.state(container: DockerSamples.container, image: nil)
        #expect(DockerSamples.desired.plan(from: state).isUnchanged)
    }

    @Test("an entrypoint's further words are the command's first, as Docker has it")
    func entrypoint() throws {
        let text = DockerSamples.container.replacing(
            "\"Entrypoint\": null",
            with: "\"Entrypoint\": [\"tini\"]"
        )
        .replacing("[\"haproxy\", \"-d\"]", with: "[\"--\", \"haproxy\", \"-d\"]")
        let wanted = with(DockerSamples.desired) { $0.entrypoint = ["tini", "--"] }
        #expect(wanted.plan(from: try DockerSamples.state(container: text)).isUnchanged)
    }

    @Test("a container of another name, found by the start of its ID, is not it")
    func prefixOfID() throws {
        let answers = try DockerContainerObservation.answers(
            from: ShellOutput(DockerSamples.container),
            for: [DockerContainerObservation(name: "89f2"), DockerContainerObservation(name: "balancer")]
        )
        #expect(answers[0] == nil)
        #expect(answers[1]?.name == "/balancer")
    }

    @Test("a secret is in no command line and in nothing that people see")
    func secrets() throws {
        let plan = DockerSamples.desired.plan(from: try DockerSamples.state(container: "[]"))
        let change = try #require(plan.change)
        #expect(!"\(change.difference) \(change.steps.map(\.title))".contains("s3cret"))
        guard case .script(let script) = change.steps[0].action else { return #expect(Bool(false)) }
        let lines = script.split(separator: "\n").filter { $0.contains("s3cret") }
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { $0.contains("export TOKEN=s3cret") && !$0.contains("docker") })
    }

    @Test(
        "what Docker could not do is refused before any host is touched",
        arguments: [
            DockerContainer("-x", image: "a"), DockerContainer("a b", image: "a"),
            DockerContainer("a", image: ""),
            DockerContainer("a", image: "-v"),
            DockerContainer("a", image: "a", ports: [.init(1, to: 1)], network: .host),
            DockerContainer("a", image: "a", volumes: [.init("/a", at: "b")]),
            DockerContainer("a", image: "a", volumes: [.init("./a", at: "/b")]),
            DockerContainer("a", image: "a", volumes: [.init("/a:b", at: "/b")]),
            DockerContainer("a", image: "a", environment: ["A=B": "c"]),
            DockerContainer("a", image: "a", environment: ["PATH": .secret("c")]),
            DockerContainer("a", image: "a", environment: ["DOCKER_HOST": .secret("c")]),
            DockerContainer("a", image: "a", environment: ["a b": .secret("c")]),
            DockerContainer("a", image: "a", network: .named([])),
        ]
    )
    func refuses(container: DockerContainer) {
        #expect(throws: (any Error).self) { try container.validate() }
    }

    @Test("what is shown of Docker's trouble is the trouble, not a missing container")
    func trouble() {
        let output = ShellOutput(
            output: Array("[]\n".utf8),
            errors: Array("Cannot connect to the Docker daemon at x. Is it running?\n".utf8)
        )
        let error = #expect(throws: ObservationError.self) {
            try DockerContainerObservation.answers(from: output, for: [.init(name: "a")])
        }
        #expect(error?.description.contains("Cannot connect") == true)
        let missing = ShellOutput(
            output: Array("[]\n".utf8),
            errors: Array("Error: No such container: a\n".utf8)
        )
        #expect(throws: Never.self) {
            try DockerContainerObservation.answers(from: missing, for: [.init(name: "a")])
        }
    }

    @Test("a host without Docker says so")
    func noDocker() throws {
        let script = "PATH=/nowhere; " + DockerImageObservation.script(for: [.init(reference: "a:latest")])
        let output = try LocalShell.run(script)
        #expect(output.status == 1)
        #expect(output.errorText == "docker is not installed\n")
    }
}
