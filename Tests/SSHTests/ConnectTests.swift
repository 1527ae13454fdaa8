import Foundation
import SSHTestSupport
import Testing

@testable import SSH

@Suite("Connecting", .timeLimit(.minutes(2)))
struct ConnectTests {
    private func connect(
        _ host: String = "127.0.0.1",
        port: UInt16,
        deadline: Duration = .seconds(20)
    ) async throws -> SSHConnection {
        try await SSHConnection.connect(
            to: SSHEndpoint(host: host, port: port, user: "nobody"),
            hostKeys: .strict(KnownHosts(paths: [])),
            authentication: Authentication(identities: []),
            deadline: deadline
        )
    }

    @Test("to a server that says nothing ends at the deadline")
    func silentServer() async throws {
        let listener = try Listener(backlog: 8)
        let start = ContinuousClock.now
        let error = try await sshError {
            try await connect(port: listener.port, deadline: .seconds(5))
        }
        #expect(error.kind == .timeout)
        #expect(error.wanted.contains("the SSH handshake within 5 s"))
        #expect(start.duration(to: .now) >= .seconds(5))
    }

    @Test("to a port that swallows packets ends at the deadline")
    func droppedPackets() async throws {
        // Nobody accepts, and the queue is full after two: further attempts get no answer.
        let listener = try Listener(backlog: 0)
        let fillers = (0..<8).map { _ in
            Task { try await connect(port: listener.port, deadline: .seconds(20)) }
        }
        defer { for filler in fillers { filler.cancel() } }
        var stages: Set<String> = []
        for _ in 0..<3 {
            let error = try await sshError {
                try await connect(port: listener.port, deadline: .milliseconds(300))
            }
            #expect(error.kind == .timeout)
            stages.insert(error.wanted)
        }
        #expect(stages.contains { $0.contains("a TCP connection to 127.0.0.1 within 0.3 s") }, "\(stages)")
    }

    @Test("to a closed port is refused, with the remedy")
    func refused() async throws {
        let port = try TestServer.freePort()
        let error = try await sshError { try await connect(port: port) }
        #expect(error.kind == .refused)
        #expect(error.seen == "127.0.0.1: Connection refused")
        #expect(error.host == "nobody@127.0.0.1:\(port)")
    }

    @Test("tries all addresses of a name")
    func severalAddresses() async throws {
        let server = try TestServer.shared.get()
        // On most systems ::1 comes first, where nothing listens.
        var endpoint = server.endpoint
        endpoint.host = "localhost"
        endpoint.hostKeyAlias = "[127.0.0.1]:\(server.port)"
        let keys = try TestKeys.shared.get()
        let connection = try await SSHConnection.connect(
            to: endpoint,
            hostKeys: .strict(server.knownHosts()),
            authentication: Authentication(identities: [.file(PrivateKeyFile(keys.path("ed25519")))])
        )
        #expect(try await connection.run("echo in").text == "in\n")
    }

    @Test("to a name without address names it")
    func unresolvable() async throws {
        let error = try await sshError { try await connect("no-such-host.invalid", port: 22) }
        #expect(error.kind == .resolution || error.kind == .timeout)
        #expect(error.description.contains("no-such-host.invalid"))
    }

    @Test(
        "to something else than an SSH server is a failed handshake",
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n\r\n",
            "SSH-2.0-Fake\r\ngarbage that is no packet at all, and long enough", "",
        ]
    )
    func notSSH(greeting: String) async throws {
        let listener = try Listener(backlog: 8)
        Thread.detachNewThread { listener.greetOnce(greeting) }
        let error = try await sshError { try await connect(port: listener.port) }
        #expect(error.kind == .handshake, "\(error)")
    }

    @Test("ends at once when its task is cancelled")
    func cancelled() async throws {
        let listener = try Listener(backlog: 8)
        let connecting = Task { try await connect(port: listener.port, deadline: .seconds(100)) }
        // The kernel has made the TCP connection: now it waits for the banner.
        let accepted = await Task.detached { accept(listener.descriptor, nil, nil) }.value
        connecting.cancel()
        await #expect(throws: CancellationError.self) { try await connecting.value }
        // And the socket is closed.
        let client = await Task.detached {
            var byte: UInt8 = 0
            while recv(accepted, &byte, 1, 0) > 0 {}
            return close(accepted)
        }.value
        #expect(client == 0)
    }

    @Test("a hundred times at once works, and takes no thread for each")
    func hundred() async throws {
        // A process of its own: other tests have threads too.
        await #expect(processExitsWith: .success) {
            let server = try TestServer.shared.get()
            let known = try server.knownHosts()
            let connections = try await withThrowingTaskGroup(of: SSHConnection.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let connection = try await server.connect(hostKeys: .strict(known))
                        #expect(try await connection.run("echo \(number)").text == "\(number)\n")
                        return connection
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count < 100)
            for connection in connections { await connection.close() }
        }
    }

    @Test(
        "an endpoint reads as ssh would write it",
        arguments: [
            (SSHEndpoint(host: "pi1", user: "me"), "me@pi1"),
            (SSHEndpoint(host: "pi1", port: 2222, user: "me"), "me@pi1:2222"),
            (SSHEndpoint(host: "::1", port: 2222, user: "me"), "me@[::1]:2222"),
        ]
    )
    func endpoint(endpoint: SSHEndpoint, text: String) {
        #expect(endpoint.description == text)
    }
}
