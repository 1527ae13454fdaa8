import Foundation
import Testing

@Suite("apus ping and exec", .serialized)
struct SweepCommandTests {
    let place = try! TestPlace()

    private func start(_ words: String..., hosts: String = "here ansible_connection=local\n") throws
        -> TestRun
    {
        try place.write("hosts.ini", hosts)
        return try TestRun([words[0], "-i", "\(place.path)/hosts.ini"] + words.dropFirst(), in: place)
    }

    private func apus(_ words: String...) async throws -> TestRun.Ended {
        try await TestRun(words, in: place).end()
    }

    @Test("Ctrl-C ends what runs on the hosts; a second one changes nothing about it", arguments: [1, 2])
    func interruptedCommand(times: Int) async throws {
        let script = "echo x >\(place.path)/begun; trap '' INT; while :; do sleep 1; done"
        let run = try start("exec", "all", "--", "sh", "-c", script)
        try await place.wait(for: "begun")
        for _ in 1...times { run.send(SIGINT) }
        let ended = try await run.end()
        #expect(ended.status == 130, "\(ended.output)")
        #expect(try await eventually { place.processes.isEmpty })
    }

    @Test func ctrlCEndsAPingThatNobodyAnswers() async throws {
        let server = try SilentServer()
        let run = try start(
            "ping",
            "--connect-timeout",
            "600",
            hosts: "here ansible_host=127.0.0.1 ansible_port=\(server.port) ansible_user=nobody\n"
        )
        #expect(try await eventually { server.isAsked })
        run.send(SIGINT)
        let ended = try await run.end()
        #expect(ended.status == 130, "\(ended.output)")
        #expect(ended.output.contains("here  stopped"), "\(ended.output)")
        #expect(try await apus("history").output.contains("was stopped"))
    }

    @Test(
        "become whom the inventory says, and with --become also where it says nothing",
        .enabled(if: geteuid() == 0, "needs root"),
        arguments: [
            ("ansible_become=yes ansible_become_user=nobody", [], "nobody"),
            ("ansible_become_user=nobody", ["--become"], "nobody"),
            ("ansible_become_user=nobody", [], "root"),
            ("ansible_become=yes", ["--become"], "root"),
        ]
    )
    func become(variables: String, flags: [String], user: String) async throws {
        let hosts = "here ansible_connection=local ansible_become_method=su \(variables)\n"
        try place.write("hosts.ini", hosts)
        let words = ["exec", "-i", "\(place.path)/hosts.ini", "all"] + flags + ["--", "id", "-un"]
        let ended = try await TestRun(words, in: place).end()
        #expect(ended.status == 0 && ended.output.contains("\n  \(user)\n"), "\(ended.output)")
    }

    @Test("ping fails where the inventory wants a user that it cannot become")
    func unwantedUser() async throws {
        let hosts = "here ansible_connection=local ansible_become=yes ansible_become_method=su "
        let ended = try await start("ping", hosts: hosts + "ansible_become_user=no-such-user\n").end()
        #expect(ended.status != 0 && ended.output.contains("no-such-user"), "\(ended.output)")
    }

    @Test func areInTheHistoryWithoutSecrets() async throws {
        let hosts = "here ansible_connection=local app_password=s3cr3t-word\n"
        #expect(try await start("ping", hosts: hosts).end().status == 0)
        let command = ["sh", "-c", "echo s3cr3t-word; exit 3"]
        let failed = try start("exec", "all", "--", command[0], command[1], command[2], hosts: hosts)
        #expect(try await failed.end().status == 2)

        let lines = try await apus("history").output.split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[1].contains("exec sh -c echo ") && lines[1].contains("failed"))
        #expect(lines[2].contains("  ping  "))
        let shown = try await apus("history", "show").output
        #expect(shown.contains("failed    here") && shown.contains("status 3"), "\(shown)")
        for name in place.names(in: "state/apus/runs") {
            #expect(place.read("state/apus/runs/\(name)")?.contains("s3cr3t-word") == false)
        }
        let resumed = try await apus("run", "--resume")
        #expect(resumed.output.contains("there is no run to resume"), "\(resumed.output)")
        let id = try #require(lines[1].split(separator: " ").first?.suffix(4))
        #expect(
            try await apus("run", "--resume", String(id)).output.contains(
                "was exec: only playbooks are resumed"
            )
        )
    }
}

/// Takes connections, and says nothing.
private final class SilentServer {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    /// Whether somebody waits to be accepted.
    var isAsked: Bool {
        var look = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&look, 1, 0) == 1
    }
}
