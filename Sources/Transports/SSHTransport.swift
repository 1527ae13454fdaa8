import Provisioning
import SSH

/// A host over libssh2.
struct SSHTransport: Transport {
    let connection: SSHConnection
    /// Keeps the connection to the jump host.
    let gateway: JumpConnections.Lease?
    let warnings: [String]

    var loginUser: String { connection.endpoint.user }

    func open(_ command: String) async throws -> any TransportChannel {
        do {
            return SSHTransportChannel(channel: try await connection.open(command: command))
        } catch let error as SSHError {
            throw TransportError(error)
        }
    }

    func close() async { await connection.close() }
}

private struct SSHTransportChannel: TransportChannel {
    let channel: SSHChannel

    func write(_ bytes: [UInt8]) async throws {
        do { try await channel.write(bytes) } catch let error as SSHError { throw TransportError(error) }
    }

    func finishWriting() async throws {
        do { try await channel.sendEOF() } catch let error as SSHError { throw TransportError(error) }
    }

    func read() async throws -> TransportChunk {
        do {
            switch try await channel.read() {
            case .stdout(let bytes): return .output(bytes)
            case .stderr(let bytes): return .errors(bytes)
            case .exit(.code(let code)): return .exited(status: Int32(truncatingIfNeeded: code))
            case .exit(.signal): return .exited(status: nil)
            }
        } catch let error as SSHError {
            throw TransportError(error)
        }
    }

    func close() async { await channel.close() }
}

extension TransportError {
    init(_ error: SSHError) {
        let code: Code =
            switch error.kind {
            case .resolution, .refused, .timeout, .unreachable, .handshake: .unreachable
            case .hostKeyUnknown, .hostKeyUncertified, .hostKeyChanged, .hostKeyRevoked, .knownHosts: .hostKey
            case .authentication: .authentication
            case .connectionLost, .closed, .channel: .lost
            }
        var remedy = error.remedy
        switch error.kind {
        case .hostKeyUnknown:
            remedy += ": --accept-new-host-keys, or apus_host_key_checking=accept-new in the inventory"
        case .authentication: remedy += "; --ask-pass asks for a password"
        default: break
        }
        // Whoever shows it says which host it was.
        self.init(code, "\(error.kind.rawValue): wanted \(error.wanted); saw \(error.seen)\n  try: \(remedy)")
    }
}
