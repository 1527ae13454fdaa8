#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A client of ssh-agent (draft-ietf-sshm-ssh-agent): lists keys and lets them sign.
public final class SSHAgent: Sendable {
    public let socketPath: String

    struct Failure: Error, Equatable {
        let text: String
    }

    struct Key: Sendable, Equatable {
        let blob: [UInt8]
        let comment: String
    }

    private enum Message {
        static let failure: UInt8 = 5
        static let requestIdentities: UInt8 = 11
        static let identitiesAnswer: UInt8 = 12
        static let signRequest: UInt8 = 13
        static let signResponse: UInt8 = 14
    }

    /// Answers are short; a longer one is not from an agent.
    private static let maximumAnswer = 256 * 1024
    /// A person may have to confirm the use of a key.
    private static let patience = 60

    public init(socketPath: String) {
        self.socketPath = socketPath
    }

    /// The agent that `SSH_AUTH_SOCK` names, if it does.
    public static func fromEnvironment() -> SSHAgent? {
        guard let path = getenv("SSH_AUTH_SOCK"), path.pointee != 0 else { return nil }
        return SSHAgent(socketPath: String(cString: path))
    }

    /// The keys it holds. Blocks.
    /// - Throws: `Failure`.
    func keys() throws(Failure) -> [Key] {
        let answer = try request([Message.requestIdentities])
        var reader = WireReader(answer)
        guard reader.byte() == Message.identitiesAnswer, let count = reader.uint32() else {
            throw Failure(text: "the agent does not list its keys")
        }
        var keys: [Key] = []
        for _ in 0..<count {
            guard let blob = reader.string(), let comment = reader.text() else {
                throw Failure(text: "the agent's list of keys is cut")
            }
            keys.append(Key(blob: blob, comment: comment))
        }
        return keys
    }

    /// The bare signature of `bytes`. Blocks, maybe until a person has confirmed.
    /// - Throws: `Failure`.
    func sign(_ bytes: [UInt8], key: [UInt8], algorithm: String) throws(Failure) -> [UInt8] {
        var message = WireWriter()
        message.byte(Message.signRequest)
        message.string(key)
        message.string(bytes)
        message.uint32(["rsa-sha2-256": 2, "rsa-sha2-512": 4][algorithm] ?? 0)
        var reader = WireReader(try request(message.bytes))
        guard reader.byte() == Message.signResponse, let signature = reader.string() else {
            throw Failure(text: "the agent refuses to sign (locked, removed, or not confirmed)")
        }
        var parts = WireReader(signature)
        guard let name = parts.text(), let bare = parts.string() else {
            throw Failure(text: "the agent's signature is cut")
        }
        guard name == algorithm else { throw Failure(text: "the agent signs with \(name), not \(algorithm)") }
        return bare
    }

    private func request(_ message: [UInt8]) throws(Failure) -> [UInt8] {
        let descriptor = try connect()
        defer { close(descriptor) }
        var framed = WireWriter()
        framed.string(message)
        var sent = 0
        while sent < framed.bytes.count {
            let rest = framed.bytes[sent...]
            let count = rest.withUnsafeBytes { bytes in
                retryingInterrupts { send(descriptor, bytes.baseAddress, bytes.count, Socket.sendFlags) }
            }
            guard count > 0 else { throw Failure(text: "the agent hung up: \(systemErrorText(errno))") }
            sent += count
        }
        var header = WireReader(try receive(4, from: descriptor))
        guard let length = header.uint32(), (1...Self.maximumAnswer).contains(Int(length)) else {
            throw Failure(text: "what listens at \(socketPath) is not an agent")
        }
        let answer = try receive(Int(length), from: descriptor)
        if answer[0] == Message.failure {
            throw Failure(text: "the agent refuses (locked, or not confirmed)")
        }
        return answer
    }

    private func receive(_ count: Int, from descriptor: Int32) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                retryingInterrupts { recv(descriptor, buffer.baseAddress! + received, count - received, 0) }
            }
            guard got > 0 else {
                let why = got == 0 ? "it hung up" : systemErrorText(errno)
                throw Failure(text: "no answer of the agent at \(socketPath): \(why)")
            }
            received += got
        }
        return bytes
    }

    private func connect() throws(Failure) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socketPath.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Failure(text: "the path of the agent's socket is too long: \(socketPath)")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        #if canImport(Darwin)
        let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
        #else
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        #endif
        guard descriptor >= 0 else { throw Failure(text: "no socket: \(systemErrorText(errno))") }
        var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                retryingInterrupts {
                    #if canImport(Darwin)
                    Darwin.connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
                    #else
                    Glibc.connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
                    #endif
                }
            }
        }
        guard code == 0 else {
            let error = systemErrorText(errno)
            close(descriptor)
            throw Failure(text: "no agent at \(socketPath): \(error)")
        }
        return descriptor
    }
}
