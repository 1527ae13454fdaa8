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
}
