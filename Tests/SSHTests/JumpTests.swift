import Foundation
import SSHTestSupport
import Testing

@testable import SSH

@Suite("Jump hosts", .timeLimit(.minutes(2)))
struct JumpTests {
    @Test("two hops lead to a host, and carry megabytes both ways")
    func twoHops() async throws {
        let servers = try [TestServer.shared.get(), TestServer(), TestServer()]
        var connection: SSHConnection?
        for server in servers { connection = try await server.connect(over: connection) }
        let last = try #require(connection)
        #expect(last.endpoint == servers[2].endpoint)
        let bytes = (0..<(5 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        let output = try await last.run("cat", input: bytes)
        #expect(output.stdout == bytes)
        await last.close()
    }

    @Test("many hosts behind one jump host share its connection")
    func shared() async throws {
        let gateway = try await TestServer.shared.get().connect()
        let target = try TestServer()
        try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let connection = try await target.connect(over: gateway)
                    defer { Task { await connection.close() } }
                    return try await connection.run("echo \(number)").text
                }
            }
            var seen: Set<String> = []
            for try await text in group { seen.insert(text) }
            #expect(seen == Set((0..<20).map { "\($0)\n" }))
        }
        #expect(await gateway.isOpen)
    }

    @Test("the host key of a host behind a jump host is checked")
    func hostKey() async throws {
        let gateway = try await TestServer.shared.get().connect()
        let target = try TestServer()
        let error = try await sshError {
            try await target.connect(hostKeys: .strict(KnownHosts(paths: [])), over: gateway)
        }
        #expect(error.kind == .hostKeyUnknown)
        #expect(error.host == target.endpoint.description)
    }

    @Test(
        "a connection that the jump host refuses or cannot make is told with both hosts",
        arguments: ["", "AllowTcpForwarding no"]
    )
    func refused(configuration: String) async throws {
        let server = try TestServer(extraConfiguration: configuration)
        let gateway = try await server.connect()
        let port = try TestServer.freePort()
        let error = try await sshError {
            try await SSHConnection.connect(
                to: SSHEndpoint(host: "127.0.0.1", port: port, user: "nobody"),
                hostKeys: .strict(KnownHosts(paths: [])),
                authentication: Authentication(identities: []),
                over: gateway
            )
        }
        #expect(error.kind == .refused)
        #expect(error.host == "nobody@127.0.0.1:\(port)")
        #expect(error.wanted.contains("forwarded by the jump host \(server.endpoint)"))
        #expect(await gateway.isOpen)
    }

    @Test("the end of the jump host's connection ends those behind it, with its name")
    func lostGateway() async throws {
        let server = try TestServer()
        let gateway = try await server.connect()
        let connection = try await TestServer.shared.get().connect(over: gateway)
        let channel = try await connection.open(command: "sleep 60")
        let reading = Task { try await sshError { try await channel.read() } }
        await gateway.close()
        let error = try await reading.value
        #expect(error.kind == .connectionLost)
        #expect(error.seen.contains("the jump host \(server.endpoint)"))
    }

    @Test("a jump host's connection closes with the last one behind it")
    func lifetime() async throws {
        weak var gateway: SSHConnection?
        do {
            let first = try await TestServer.shared.get().connect()
            gateway = first
            let connection = try await TestServer().connect(over: first)
            #expect(try await connection.run("echo in").text == "in\n")
            await connection.close()
        }
        while gateway != nil { try await Task.sleep(for: .milliseconds(5)) }
    }
}
