/// One command on the host: its standard input, its two outputs and its end.
///
/// One task may read while another writes. Closes itself when nobody holds it any more.
public final class SSHChannel: Sendable {
    struct ID: Hashable, Sendable {
        let number: Int
    }

    /// How the command ended.
    public enum ExitStatus: Hashable, Sendable {
        /// 0 as well where the server never told it.
        case code(UInt32)
        /// Killed; the signal's name without `SIG`.
        case signal(String)
    }

    public enum Chunk: Hashable, Sendable {
        case stdout([UInt8])
        case stderr([UInt8])
        /// Both outputs are at their end and the server has closed the channel.
        case exit(ExitStatus)
    }

    public let connection: SSHConnection
    private let id: ID

    init(connection: SSHConnection, id: ID) {
        self.connection = connection
        self.id = id
    }

    deinit {
        connection.loop.post { [connection, id] in connection.assumeIsolated { _ = $0.release(id) } }
    }

    /// Sends bytes to the command's standard input; returns when all are on their way, in as many windows as it
    /// takes. Writes of several tasks follow each other whole.
    ///
    /// - Throws: `SSHError`; `CancellationError`, and then an unknown part was sent: close the channel.
    public func write(_ bytes: [UInt8]) async throws {
        try await connection.write(bytes, to: id)
    }

    /// Ends the command's standard input, after the writes before it.
    /// - Throws: `SSHError`, `CancellationError`.
    public func sendEOF() async throws {
        try await connection.sendEOF(to: id)
    }

    /// Waits for output, at most 256 KiB at once, or for the end. After the end it returns the same end again.
    ///
    /// - Throws: `SSHError`; `CancellationError`, and then no output was lost.
    public func read() async throws -> Chunk {
        try await connection.read(from: id)
    }

    /// Closes the channel; the command sees the end of its input and a broken output, but is not killed.
    ///
    /// Waits at most 5 s for the server to confirm.
    public func close() async {
        await connection.closeChannel(id)
    }
}
