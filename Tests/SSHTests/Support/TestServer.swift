import Foundation
import Synchronization

@testable import SSH

/// A private OpenSSH server on 127.0.0.1 that lets the current user in with the keys of `TestKeys`.
final class TestServer: Sendable {
    struct Failure: Error {
        let text: String
    }

    let port: UInt16
    let folder: String
    private let process: Process
    private let lifeline: Pipe
    private let log = Mutex("")

    /// One for all tests that need nothing special.
    static let shared = Result { try TestServer() }

    /// - Parameter extraConfiguration: lines of sshd_config, before the usual ones (the first one wins).
    init(extraConfiguration: String = "", hostKeys: [String] = ["ed25519", "ecdsa"]) throws {
        let keys = try TestKeys.shared.get()
        let folder = try TestFolder.make("sshd")
        self.folder = folder
        if getuid() == 0 {
            try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        }
        for type in hostKeys {
            try run("/usr/bin/ssh-keygen", ["-q", "-t", type, "-N", "", "-f", "\(folder)/host_\(type)"])
        }
        try keys.authorized.write(toFile: "\(folder)/authorized_keys", atomically: true, encoding: .utf8)
        port = try Self.freePort()
        let configuration = """
            \(extraConfiguration)
            ListenAddress 127.0.0.1
            Port \(port)
            \(hostKeys.map { "HostKey \(folder)/host_\($0)" }.joined(separator: "\n"))
            AuthorizedKeysFile \(folder)/authorized_keys
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin yes
            PidFile none
            MaxSessions 100
            MaxStartups 500
            UseDNS no
            LogLevel VERBOSE
            """
        try configuration.write(toFile: "\(folder)/sshd_config", atomically: true, encoding: .utf8)

        // The server ends with this process, however that ends: then the shell sees the end of its input.
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", "/usr/sbin/sshd -D -e -f \"$0\" </dev/null & cat >/dev/null; kill $!",
            "\(folder)/sshd_config",
        ]
        lifeline = Pipe()
        process.standardInput = lifeline
        let errors = Pipe()
        process.standardError = errors
        let listening = DispatchSemaphore(value: 0)
        self.process = process
        try process.run()
        errors.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { return handle.readabilityHandler = nil }
            guard let self else { return }
            let text = String(decoding: data, as: UTF8.self)
            let all = self.log.withLock {
                $0 += text
                return $0
            }
            if all.contains("Server listening on") { listening.signal() }
        }
        guard listening.wait(timeout: .now() + 10) == .success else {
            throw Failure(text: "sshd did not start: \(logText)")
        }
    }

    deinit {
        try? lifeline.fileHandleForWriting.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }

    var logText: String { log.withLock { $0 } }

    var endpoint: SSHEndpoint { SSHEndpoint(host: "127.0.0.1", port: port, user: NSUserName()) }

    func hostKey(_ type: String = "ed25519") throws -> HostKey {
        let text = try String(contentsOfFile: "\(folder)/host_\(type).pub", encoding: .utf8)
        let fields = text.split(separator: " ")
        guard fields.count >= 2, let blob = Base64.decode(fields[1]), let key = HostKey(blob: blob) else {
            throw Failure(text: "no public key in \(text)")
        }
        return key
    }

    /// Knows all keys of this server.
    func knownHosts() throws -> KnownHosts {
        let path = "\(folder)/known_hosts-\(UUID().uuidString)"
        let lines = try ["ed25519", "ecdsa"].map { type in
            let key = try hostKey(type)
            return "[127.0.0.1]:\(port) \(key.type) \(Base64.encode(key.blob))\n"
        }
        try lines.joined().write(toFile: path, atomically: true, encoding: .utf8)
        return try KnownHosts(paths: [path])
    }

    func connect(
        identities: [Authentication.Identity]? = nil,
        hostKeys: HostKeyPolicy? = nil,
        deadline: Duration = .seconds(30)
    ) async throws -> SSHConnection {
        let keys = try TestKeys.shared.get()
        return try await SSHConnection.connect(
            to: endpoint,
            hostKeys: hostKeys ?? .strict(knownHosts()),
            authentication: Authentication(
                identities: identities ?? [.file(PrivateKeyFile(keys.path("ed25519")))]
            ),
            deadline: deadline
        )
    }

    /// A port that was free a moment ago.
    static func freePort() throws -> UInt16 {
        let listener = try Listener(backlog: nil)
        return listener.port
    }
}

/// A folder for one test's files.
enum TestFolder {
    static func make(_ name: String) throws -> String {
        let path = NSTemporaryDirectory() + "apus-\(name)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        return path
    }
}

/// Runs a program to its end.
@discardableResult
func run(_ program: String, _ arguments: [String], environment: [String: String]? = nil) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: data, as: UTF8.self)
    guard process.terminationStatus == 0 else {
        throw TestServer.Failure(text: "\(program) \(arguments): \(text)")
    }
    return text
}

/// A TCP socket bound to 127.0.0.1 that never accepts; with a backlog it listens, and the kernel answers for it.
final class Listener: Sendable {
    let port: UInt16
    let descriptor: Int32

    init(backlog: Int32?) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard code == 0, backlog.map({ listen(descriptor, $0) == 0 }) ?? true else {
            throw TestServer.Failure(text: "no listening socket: \(errno)")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Waits for one connection, sends it `text`, and hangs up. Blocks.
    func greetOnce(_ text: String) {
        let connection = accept(descriptor, nil, nil)
        _ = text.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        shutdown(connection, Int32(SHUT_RDWR))
        close(connection)
    }
}
