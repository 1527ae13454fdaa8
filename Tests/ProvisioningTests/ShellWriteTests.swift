import Testing

@testable import Provisioning

@Suite("A shell that cannot be written to")
struct ShellWriteTests {
    /// Takes nothing. What is read is `last`, or never comes.
    private struct DeafChannel: TransportChannel {
        var last: TransportChunk?

        func write(_ bytes: [UInt8]) async throws { throw TransportError(.lost, "nobody takes it") }
        func finishWriting() async throws {}
        func close() async {}

        func read() async throws -> TransportChunk {
            if let last { return last }
            try await Task.sleep(for: .seconds(3600))
            throw CancellationError()
        }
    }

    @Test(
        "is given up long before the deadline, with its last words where it has some",
        arguments: [
            (nil, "nobody takes it"),
            (TransportChunk.exited(status: 7), "the shell on the host ended (status 7)"),
        ]
    )
    func unwritable(last: TransportChunk?, said: String) async throws {
        let opened = ShellLogin.Opened(channel: DeafChannel(last: last), nonce: "n", processID: 1)
        let shell = Shell(opened, privilege: .login)
        let error = await #expect(throws: (any Error).self) {
            try await Deadline(after: .seconds(60)).run {
                try await shell.exchange([ShellSection("true", deadline: .seconds(3600))])
            }
        }
        #expect(error.map { "\($0)" } == said)
    }
}
