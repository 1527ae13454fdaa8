import Apus
import Foundation
import Roles
import Testing

extension LabSuite {
    @Suite("Containers on real hosts", .serialized)
    struct ContainerTests {
        let lab: LabHosts
        /// pi3 serves, pi2 balances.
        let server = "10.42.0.152"
        let balancer = "10.42.0.38"

        init() throws { lab = try LabHosts() }

        /// Ends when it is asked to; the first process of a container that traps nothing is killed only after 10 s.
        static let idling = "trap exit TERM; sleep 1000 & wait"
        static let image = "docker_server : Build nginx image"
        private static let container = "docker_server : Run nginx container"

        func removeAll(on host: String) async throws {
            try await lab.needDocker(on: host)
            try await lab.shell(
                """
                for name in nginx haproxy probe nginx.apus-old probe.apus-old; do docker rm -f $name; done 2>/dev/null
                for image in nginx haproxy probe; do docker image rm -f $image; done >/dev/null 2>&1
                rm -rf /srv/nginx
                """,
                on: host
            )
        }

        @discardableResult
        func serve(check: Bool = false) async throws -> LabHosts.Outcome {
            try await lab.run(on: server, check: check) { DockerServer(page: "server1") }
        }

        @Test(
            "check mode predicts the first run and changes nothing, the first run serves, the second changes nothing"
        )
        func firstAndSecondRun() async throws {
            try await removeAll(on: server)
            let everything = "docker ps -a --format '{{.ID}} {{.State}}'; docker images -aq; ls -lR /srv"
            let before = try await lab.shell(everything, on: server)
            let predicted = try await serve(check: true)
            #expect(try await lab.shell(everything, on: server) == before)
            let first = try await serve()
            #expect(first.recap.exitStatus == 0, "\(first.notable)")
            #expect(first.notable == predicted.notable)
            #expect(first.notable.values.allSatisfy { $0 == .changed })
            #expect(try await fetch("http://\(server)/").contains("<title>Application 1</title>"))
            #expect(try await fetch("http://\(server)/style.css").contains(".page"))
            let second = try await serve()
            #expect(second.notable == [:])
            #expect(second.recap.hosts.first?.line.ok == 5)
        }

        @Test(
            "what was changed by hand is repaired, and only that",
            arguments: [
                ("docker stop nginx", [container]),
                ("docker pause nginx", [container]),
                ("docker rm -f nginx", [container]),
                ("docker update --restart no nginx", [container]),
                ("docker network create lan >/dev/null; docker network connect lan nginx", [container]),
                (
                    "docker rm -f nginx; docker run -d --name nginx -p 80:80 --restart unless-stopped nginx",
                    [container]
                ),
                ("docker rm -f nginx; docker image rm nginx", [image, container]),
                (
                    "echo FROM nginx | docker build -t nginx --label apus.context=x -; docker rm -f nginx",
                    [image, container]
                ),
                ("rm /srv/nginx/server1/style.css", ["docker_server : Copy page files"]),
                ("echo x >>/srv/nginx/server1/index.html", ["docker_server : Write the page"]),
                ("touch /srv/nginx/server1/other", []),
            ]
        )
        func repairs(damage: String, expected: [String]) async throws {
            try await lab.needDocker(on: server)
            try await serve()
            try await lab.shell("{ \(damage); } >/dev/null", on: server)
            let predicted = try await serve(check: true)
            let repaired = try await serve()
            #expect(repaired.recap.exitStatus == 0, "\(repaired.notable)")
            #expect(repaired.notable == Dictionary(uniqueKeysWithValues: expected.map { ($0, .changed) }))
            #expect(Set(predicted.notable.keys) == Set(expected))
            #expect(try await fetch("http://\(server)/").contains("Hello world from server 1!"))
            #expect(try await serve().notable == [:])
        }

        @Test(
            "every attribute that can be said is the same when it is looked at again, and a secret shows nowhere"
        )
        func attributes() async throws {
            try await lab.needDocker(on: server)
            let secret = "can4ry\nof two lines"
            @Sendable func container(_ colour: String) -> DockerContainer {
                DockerContainer(
                    "probe",
                    image: "debian:bookworm-slim",
                    ports: [
                        PortMapping(8080, to: 80), PortMapping(5353, to: 53, .udp, address: "127.0.0.1"),
                    ],
                    volumes: [
                        VolumeMount("/srv", at: "/srv", readOnly: true), VolumeMount("data", at: "/data"),
                    ],
                    environment: ["COLOR": "\(colour)", "TOKEN": .secret(Secret(secret))],
                    restart: .onFailure(atMost: 3),
                    addedCapabilities: ["NET_ADMIN"],
                    droppedCapabilities: ["MKNOD"],
                    command: ["-c", Self.idling],
                    entrypoint: ["sh"],
                    hostname: "hh",
                    labels: ["x": "it's"],
                    extraHosts: ["db": "10.0.0.1"],
                    readOnly: true,
                    user: "1000",
                    workingDirectory: "/tmp",
                    ulimits: [Ulimit("nofile", soft: 100, hard: 200)]
                )
            }
            let first = try await lab.run(on: server) { container("blue") }
            #expect(first.recap.exitStatus == 0, "\(first.notable)")
            #expect(try await lab.run(on: server) { container("blue") }.notable == [:])
            #expect(try await lab.shell("docker exec probe printenv TOKEN", on: server) == secret + "\n")
            let second = try await lab.run(on: server) { container("red") }
            #expect(second.notable == ["DockerContainer[probe]": .changed])
            #expect(second.transcript.contains("environment COLOR"))
            for transcript in [first.transcript, second.transcript] {
                #expect(!transcript.contains("can4ry"))
            }
            // Sweeps of the processes' command lines, less the one that looks.
            let seen = try await lab.shell(
                "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c 'can[4]ry' || :",
                on: server
            )
            #expect(seen == "0\n")
            for mode in [ContainerNetwork.host, .none] {
                @Sendable func plain() -> DockerContainer {
                    DockerContainer(
                        "probe",
                        image: "debian:bookworm-slim",
                        network: mode,
                        command: ["sh", "-c", Self.idling]
                    )
                }
                #expect(
                    try await lab.run(on: server) { plain() }.notable == ["DockerContainer[probe]": .changed]
                )
                #expect(try await lab.run(on: server) { plain() }.notable == [:])
            }
            try await lab.shell("docker rm -f probe; docker volume rm data", on: server)
        }

        @Test("a balancer spreads requests, is seen from its host as haproxy, and stops at once")
        func balances() async throws {
            try await removeAll(on: balancer)
            try await serve()
            @Sendable func role() -> DockerBalancer {
                DockerBalancer(backends: [.init(name: "server1", address: "10.42.0.152")])
            }
            let first = try await lab.run(on: balancer) { role() }
            #expect(first.recap.exitStatus == 0, "\(first.notable)")
            #expect(try await lab.run(on: balancer) { role() }.notable == [:])
            #expect(try await fetch("http://\(balancer)/").contains("Hello world from server 1!"))
            try await lab.shell("grep -qx haproxy /proc/[0-9]*/comm", on: balancer)
            let start = ContinuousClock.now
            try await lab.shell("docker stop haproxy", on: balancer)
            #expect(start.duration(to: .now) < .seconds(5))
            let again = try await lab.run(on: balancer) { role() }
            #expect(again.notable == ["docker_balancer : Run haproxy container": .changed])
            let more = try await lab.run(on: balancer) {
                DockerBalancer(backends: [
                    .init(name: "server1", address: "10.42.0.152"),
                    .init(name: "server2", address: "10.42.0.175"),
                ])
            }
            #expect(more.notable.count == 2)
            #expect(more.notable.values.allSatisfy { $0 == .changed })
        }

        @Test("a container whose mounted file is replaced starts again, and has the new one then")
        func mountedFile() async throws {
            try await lab.needDocker(on: server)
            let path = "/srv/apus-mounted.conf"
            @Sendable @TaskBuilder func tasks(_ text: String) -> [Play.Task] {
                File(path, contents: text)
                DockerContainer(
                    "probe",
                    image: "debian:bookworm-slim",
                    volumes: [VolumeMount(path, at: "/etc/probe.conf", readOnly: true)],
                    command: ["sh", "-c", Self.idling]
                )
            }
            let look = "docker exec probe cat /etc/probe.conf; docker inspect -f '{{.State.StartedAt}}' probe"
            _ = try await lab.run(on: server) { tasks("one\n") }
            let first = try await lab.shell(look, on: server)
            #expect(first.hasPrefix("one\n"))
            #expect(try await lab.run(on: server) { tasks("one\n") }.notable == [:])
            let predicted = try await lab.run(on: server, check: true) { tasks("two\n") }.notable
            #expect(
                predicted["DockerContainer[probe]"]
                    == .unknown("depends on File[\(path)], which would change first")
            )
            let both: [String: TaskResult.Outcome] = [
                "File[\(path)]": .changed, "DockerContainer[probe]": .changed,
            ]
            #expect(try await lab.run(on: server) { tasks("two\n") }.notable == both)
            let second = try await lab.shell(look, on: server)
            #expect(second.hasPrefix("two\n"))
            #expect(second.dropFirst(4) != first.dropFirst(4))
            #expect(try await lab.run(on: server) { tasks("two\n") }.notable == [:])
            // Somebody's editor replaces it by the same content.
            try await lab.shell("cp \(path) /srv/x && mv /srv/x \(path)", on: server)
            let repaired = try await lab.run(on: server) { tasks("two\n") }
            #expect(repaired.notable == ["DockerContainer[probe]": .changed])
            try await lab.shell("docker rm -f probe; rm \(path)", on: server)
        }

        @Test("a network is made, stays, is made anew where it differs, and is kept where containers use it")
        func network() async throws {
            try await lab.needDocker(on: server)
            try await lab.shell("docker rm -f probe; docker network rm probe; :", on: server)
            @Sendable func network(_ subnet: String) -> DockerNetwork {
                DockerNetwork("probe", subnets: [.init("\(subnet).0.0/16", gateway: "\(subnet).0.1")])
            }
            @Sendable func container() -> DockerContainer {
                DockerContainer(
                    "probe",
                    image: "debian:bookworm-slim",
                    network: .named(["probe"]),
                    addedCapabilities: ["NET_ADMIN"],
                    command: ["sh", "-c", Self.idling]
                )
            }
            let change: [String: TaskResult.Outcome] = ["DockerNetwork[probe]": .changed]
            #expect(try await lab.run(on: server, check: true) { network("172.29") }.notable == change)
            #expect(try await lab.run(on: server) { network("172.29") }.notable == change)
            #expect(try await lab.run(on: server) { network("172.29") }.notable == [:])
            #expect(try await lab.run(on: server) { network("172.30") }.notable == change)
            let both = try await lab.run(on: server) {
                network("172.30")
                container()
            }
            #expect(both.notable == ["DockerContainer[probe]": .changed])
            let address = "docker exec probe hostname -I; docker stop probe >/dev/null"
            #expect(try await lab.shell(address, on: server).hasPrefix("172.30."))
            let refused = try await lab.run(on: server) { network("172.31") }
            #expect(refused.recap.exitStatus != 0)
            #expect(refused.transcript.contains("containers use the network probe: remove them first"))
            #expect(try await lab.run(on: server) { network("172.30") }.notable == [:])
            try await lab.shell("docker rm probe", on: server)
            @Sendable func absent() -> DockerNetwork { DockerNetwork("probe", state: .absent) }
            #expect(try await lab.run(on: server) { absent() }.notable == change)
            #expect(try await lab.run(on: server) { absent() }.notable == [:])
        }

        /// As a client of the host does, from this machine; a server that has just started gets a few seconds.
        func fetch(_ url: String) async throws -> String {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [
                "curl", "-sS", "--noproxy", "*", "--fail", "--max-time", "10", "--retry", "10",
                "--retry-delay",
                "1",
                "--retry-all-errors", url,
            ]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return String(decoding: data, as: UTF8.self)
        }
    }
}
