import Apus
import Testing

/// Containers that die, builds that fail or lose their connection, and a daemon that is stopped.
extension LabSuite.ContainerTests {
    @Test("a container that dies is a failure with its last words, and the one of before comes back")
    func dies() async throws {
        try await lab.needDocker(on: server)
        @Sendable func probe(_ command: String) -> DockerContainer {
            DockerContainer("probe", image: "debian:bookworm-slim", command: ["sh", "-c", command])
        }
        let good = try await lab.run(on: server) { probe(Self.idling) }
        #expect(good.recap.exitStatus == 0, "\(good.notable)")
        let id = try await lab.shell("docker inspect -f '{{.Id}}' probe", on: server)
        let bad = try await lab.run(on: server) { probe("echo doomed as I am; exit 3") }
        guard case .failed(let reason) = bad.notable["DockerContainer[probe]"] else {
            Issue.record("did not fail: \(bad.notable)")
            return
        }
        #expect(reason.contains("doomed as I am"))
        #expect(reason.contains("status 3"))
        #expect(try await lab.shell("docker inspect -f '{{.Id}}' probe", on: server) == id)
        #expect(
            try await lab.shell("docker inspect -f '{{.State.Running}}' probe", on: server) == "true\n"
        )
        #expect(try await lab.run(on: server) { probe(Self.idling) }.notable == [:])
        let gone = try await lab.run(on: server) { DockerContainer("probe", image: "x", state: .absent) }
        #expect(gone.notable == ["DockerContainer[probe]": .changed])
    }

    @Test("a build that fails says what the build said, and the container goes on")
    func buildFails() async throws {
        try await removeAll(on: server)
        try await serve()
        let context = BuildContext(files: [
            "Dockerfile": "FROM debian:bookworm-slim\nRUN echo wrong turn; exit 7\n"
        ])
        let bad = try await lab.run(on: server) { DockerImage("nginx", builtFrom: context) }
        guard case .failed(let reason) = bad.notable["DockerImage[nginx:latest]"] else {
            Issue.record("did not fail: \(bad.notable)")
            return
        }
        #expect(reason.contains("wrong turn"))
        #expect(try await fetch("http://\(server)/").contains("Hello world"))
        #expect(try await serve().notable == [:])
    }

    @Test("a build goes on when the connection is cut, is found again, and runs once")
    func buildIsCutOff() async throws {
        try await lab.needDocker(on: server)
        try await lab.shell("docker image rm -f slow 2>/dev/null || :", on: server)
        let start = try await lab.shell("date +%s.%N", on: server).dropLast()
        let context = BuildContext(files: [
            "Dockerfile":
                "FROM debian:bookworm-slim\nRUN until [ -e /go-\(start) ]; do sleep 0.1; done; echo once >>/built\n"
        ])
        let build = Task { try await lab.run(on: server) { DockerImage("slow", builtFrom: context) } }
        // The container that the build runs in; everybody's connection but this one's is cut, and then it may go on.
        try await Node.pi3.root(
            """
            id=; n=0
            until id=$(docker ps --no-trunc | grep 'go-\(start)' | cut -c1-64) && [ -n "$id" ]; do
              n=$((n + 1)); [ $n -lt 300 ] || exit 1; sleep 0.1
            done
            mine= p=$$
            while [ "$p" -gt 1 ]; do
              mine="$mine $p "; read -r life <"/proc/$p/stat"; set -- ${life##*) }; p=$2
            done
            cut=0
            for p in $(pgrep -x sshd); do
              case $mine in *" $p "*) ;; *) kill -KILL "$p"; cut=$((cut + 1)) ;; esac
            done
            [ $cut -gt 0 ]
            [ "$(docker inspect -f '{{.State.Running}}' "$id")" = true ]
            docker exec "$id" touch /go-\(start)
            """
        )
        let outcome = try await build.value
        #expect(outcome.notable == ["DockerImage[slow:latest]": .changed])
        #expect(outcome.transcript.contains("adopted the job again"))
        let seen = try await lab.shell(
            """
            docker run --rm slow cat /built
            docker events --since \(start) --until "$(date +%s.%N)" --filter event=start --format '{{.Actor.Attributes.image}}' |
              grep -vc '^slow'
            ls -A /var/lib/apus/jobs
            docker image rm -f slow >/dev/null
            """,
            on: server
        )
        #expect(seen == "once\n1\n")
    }

    @Test("a Docker daemon that is stopped is said, in check mode and else")
    func daemonStopped() async throws {
        try await lab.needDocker(on: server)
        try await lab.shell("systemctl stop docker.socket docker.service", on: server)
        let predicted = try await serve(check: true)
        let run = try await serve()
        try await lab.shell("systemctl start docker.socket docker.service", on: server)
        guard case .unknown(let why) = predicted.notable[Self.image],
            case .failed = run.notable[Self.image]
        else {
            Issue.record("\(predicted.notable) \(run.notable)")
            return
        }
        #expect(why.contains("Cannot connect to the Docker daemon"))
    }
}
