import Foundation
import SSHTestSupport
import Testing

@testable import SSH

@Suite("A channel", .timeLimit(.minutes(2)))
struct ChannelTests {
    let server: TestServer

    init() throws {
        server = try TestServer.shared.get()
    }

    @Test("keeps both outputs apart and tells the exit status")
    func streams() async throws {
        let connection = try await server.connect()
        let output = try await connection.run("echo out; echo err >&2; exit 7")
        #expect(output.text == "out\n")
        #expect(output.errorText == "err\n")
        #expect(output.exit == .code(7))
        await connection.close()
    }

    @Test("tells the signal that killed the command")
    func signal() async throws {
        let connection = try await server.connect()
        let output = try await connection.run("echo before; kill -TERM $$; sleep 60")
        #expect(output.text == "before\n")
        #expect(output.exit == .signal("TERM"))
    }

    @Test("tells the same end again to who reads on")
    func endIsRepeated() async throws {
        let channel = try await server.connect().open(command: "exit 3")
        #expect(try await channel.output().exit == .code(3))
        #expect(try await channel.read() == .exit(.code(3)))
    }

    @Test("ends where the server falls silent for as many intervals as were asked for")
    func silence() async throws {
        let keepalive = Keepalive(interval: .seconds(1), countMax: 3)
        let channel = try await server.connect(keepalive: keepalive).open(command: "echo $PPID; exec cat")
        guard case .stdout(let bytes) = try await channel.read(),
            let session = pid_t(String(decoding: bytes.dropLast(), as: UTF8.self))
        else {
            Issue.record("no process of sshd")
            return
        }
        kill(session, SIGSTOP)
        defer { kill(session, SIGKILL) }
        let error = try await sshError { try await channel.read() }
        #expect(error.kind == .connectionLost)
        let words = error.seen.split(separator: " ")
        #expect(words.starts(with: "nothing from the host for".split(separator: " ")), "\(error.seen)")
        // The usual ones would take longer.
        #expect(words.dropLast().last.flatMap { Int($0) } ?? .max < 45, "\(error.seen)")
    }

    @Test("carries 10 MB of all byte values both ways at once")
    func binary() async throws {
        let connection = try await server.connect()
        var generator = SystemRandomNumberGenerator()
        let input = (0..<10_000_000 / 8).flatMap { _ in
            withUnsafeBytes(of: generator.next()) { [UInt8]($0) }
        }
        let output = try await connection.run("cat", input: input)
        #expect(output.stdout == input)
        #expect(output.stderr == [])
        #expect(output.exit == .code(0))
    }

    @Test("survives a flood on both outputs")
    func flood() async throws {
        let connection = try await server.connect()
        let output = try await connection.run(
            "head -c 5000000 /dev/zero & head -c 5000000 /dev/zero >&2; wait; exit 1"
        )
        #expect(output.stdout.count == 5_000_000)
        #expect(output.stderr.count == 5_000_000)
        #expect(output.exit == .code(1))
    }

    @Test("goes on while the keys are exchanged again")
    func rekeying() async throws {
        let server = try TestServer(extraConfiguration: "RekeyLimit 256K")
        let connection = try await server.connect()
        let input = [UInt8](repeating: 0x5A, count: 4_000_000)
        async let talk = connection.talk(rounds: 100)
        let output = try await connection.run("cat", input: input)
        #expect(output.stdout == input)
        #expect(try await talk == (0..<100).map { "\($0)\n" })
    }

    @Test("serves thirty commands at once beside a persistent shell and an upload")
    func manyChannels() async throws {
        let connection = try await server.connect()
        let upload = [UInt8](repeating: 7, count: 8_000_000)
        async let size = connection.run("wc -c", input: upload)
        async let talk = connection.talk(rounds: 200)
        let outputs = try await withThrowingTaskGroup(of: (Int, Output).self) { group in
            for number in 0..<30 {
                group.addTask {
                    (number, try await connection.run("cat; echo \(number) >&2", input: [UInt8(number)]))
                }
            }
            return try await group.reduce(into: [Int: Output]()) { $0[$1.0] = $1.1 }
        }
        for number in 0..<30 {
            let expected = Output(stdout: [UInt8(number)], stderr: Array("\(number)\n".utf8), exit: .code(0))
            #expect(outputs[number] == expected)
        }
        #expect(try await size.text == "\(upload.count)\n")
        #expect(try await talk == (0..<200).map { "\($0)\n" })
    }

    @Test("fails, and does not hang, when the server dies in the midst of a read")
    func serverDies() async throws {
        let connection = try await server.connect()
        // Without separated privileges, the shell's parent is the sshd of this connection.
        let channel = try await connection.open(command: "echo alive; read line; kill -9 $PPID; sleep 60")
        #expect(try await channel.read() == .stdout(Array("alive\n".utf8)))
        let next = Task { try await channel.read() }
        try await channel.write(Array("go\n".utf8))
        let error = try await sshError { try await next.value }
        #expect(error.kind == .connectionLost)
        #expect(await connection.isOpen == false)
        #expect(try await sshError { try await connection.open(command: "true") }.kind == .connectionLost)
    }

    @Test("loses nothing and stays usable when a read is cancelled")
    func cancelledRead() async throws {
        let connection = try await server.connect()
        let channel = try await connection.open(command: "cat")
        let reading = Task { try await channel.read() }
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
        try await channel.write(Array("still here".utf8))
        try await channel.sendEOF()
        #expect(try await channel.output().text == "still here")
    }

    @Test("gives up a write whose window stays shut, and the connection stays usable")
    func cancelledWrite() async throws {
        let connection = try await server.connect()
        let channel = try await connection.open(command: "echo ready; sleep 60")
        #expect(try await channel.read() == .stdout(Array("ready\n".utf8)))
        let writing = Task { try await channel.write([UInt8](repeating: 0, count: 20_000_000)) }
        let other = try await connection.run("echo meanwhile")
        #expect(other.text == "meanwhile\n")
        writing.cancel()
        await #expect(throws: CancellationError.self) { try await writing.value }
        await channel.close()
        #expect(try await connection.run("echo afterwards").text == "afterwards\n")
    }

    @Test("is refused above the server's limit, and the connection stays usable")
    func maxSessions() async throws {
        let server = try TestServer(extraConfiguration: "MaxSessions 1")
        let connection = try await server.connect()
        let first = try await connection.open(command: "cat")
        let error = try await sshError { try await connection.open(command: "true") }
        #expect(error.kind == .channel)
        #expect(error.remedy.contains("MaxSessions"))
        try await first.sendEOF()
        #expect(try await first.output().exit == .code(0))
    }

    @Test("closes itself when nobody holds it")
    func releasedChannels() async throws {
        let server = try TestServer(extraConfiguration: "MaxSessions 2")
        let connection = try await server.connect()
        for number in 0..<20 {
            #expect(try await connection.run("echo \(number)").text == "\(number)\n")
        }
    }

    @Test("fails at once when it or its connection was closed")
    func closed() async throws {
        let connection = try await server.connect()
        let channel = try await connection.open(command: "cat")
        await channel.close()
        #expect(try await sshError { try await channel.read() }.kind == .channel)
        #expect(try await sshError { try await channel.write([1]) }.kind == .channel)
        let other = try await connection.open(command: "cat")
        let waiting = Task { try await other.read() }
        await connection.close()
        #expect(try await sshError { try await waiting.value }.kind == .closed)
        #expect(try await sshError { try await connection.open(command: "true") }.kind == .closed)
    }
}

extension SSHConnection {
    /// Speaks with a shell that stays: sends a line, awaits its answer on both outputs, and so on.
    func talk(rounds: Int) async throws -> [String] {
        let shell = try await open(command: "exec sh")
        var answers: [String] = []
        for round in 0..<rounds {
            try await shell.write(Array("eval 'echo \(round); echo \(round) >&2' </dev/null\n".utf8))
            var output = Output()
            while !(output.stdout.last == 0x0A && output.stderr.last == 0x0A) {
                switch try await shell.read() {
                case .stdout(let bytes): output.stdout += bytes
                case .stderr(let bytes): output.stderr += bytes
                case .exit(let status): throw TestServer.Failure(text: "the shell ended: \(status)")
                }
            }
            answers.append(output.text)
        }
        await shell.close()
        return answers
    }
}
