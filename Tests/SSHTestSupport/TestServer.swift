import Foundation
import Synchronization

@testable package import SSH

/// A private OpenSSH server on 127.0.0.1 that lets the current user in with the keys of `TestKeys`.
package final class TestServer: Sendable {
    package struct Failure: Error {
        let text: String

        package init(text: String) { self.text = text }
    }

    package let port: UInt16
    package let folder: String
    private let child: Child
    private let log = Log()

    private final class Log: Sendable {
        private let bytes = Mutex<[UInt8]>([])

        func append(_ more: ArraySlice<UInt8>) { bytes.withLock { $0 += more } }
        var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
    }

    /// How often somebody logged in.
    package var logins: Int { log.text.ranges(of: "Accepted ").count }

    /// Waits until it has hung up on everybody. Not all versions of sshd log why they do.
    package func waitUntilAlone() async throws {
        func children(of process: some CustomStringConvertible) throws -> [Substring] {
            let path = "/proc/\(process)/task/\(process)/children"
            return try String(contentsOfFile: path, encoding: .utf8).split(separator: " ")
        }
        // sshd, which has a process for each connection, is a child of the shell.
        while try children(of: child.identifier).contains(where: { try !children(of: $0).isEmpty }) {
            try await EventLoop.shared.sleep(for: .milliseconds(50))
        }
    }

    /// One for all tests that need nothing special.
    package static let shared = Result { try TestServer() }

    /// - Parameter extraConfiguration: lines of sshd_config, before the usual ones (the first one wins).
    package init(extraConfiguration: String = "", hostKeys: [String] = ["ed25519", "ecdsa"]) throws {
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
            # Not the tester's own .bashrc, which sshd's shells would read.
            SetEnv HOME=\(folder)
            """
        try configuration.write(toFile: "\(folder)/sshd_config", atomically: true, encoding: .utf8)

        // The server ends with this process, however that ends: then the shell sees the end of its input.
        let script =
            "/usr/sbin/sshd -D -e -f \"$0\" </dev/null & trap 'kill $!; exit' TERM; cat >/dev/null; kill $!"
        child = try Child(["/bin/sh", "-c", script, "\(folder)/sshd_config"])
        var start = ""
        while !start.contains("Server listening on") {
            let more = child.read()
            guard !more.isEmpty else { throw Failure(text: "sshd did not start: \(start)") }
            start += more
        }
        // Goes on reading, so that sshd never waits for room in the pipe.
        let descriptor = dup(child.output)
        Thread.detachNewThread { [log] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
                log.append(buffer[..<count])
            }
            close(descriptor)
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    package var endpoint: SSHEndpoint { SSHEndpoint(host: "127.0.0.1", port: port, user: NSUserName()) }

    package func hostKey(_ type: String = "ed25519") throws -> HostKey {
        let text = try String(contentsOfFile: "\(folder)/host_\(type).pub", encoding: .utf8)
        let fields = text.split(separator: " ")
        guard fields.count >= 2, let blob = Base64.decode(fields[1]), let key = HostKey(blob: blob) else {
            throw Failure(text: "no public key in \(text)")
        }
        return key
    }

    /// Knows all keys of this server.
    package func knownHosts() throws -> KnownHosts {
        let path = "\(folder)/known_hosts-\(UUID().uuidString)"
        let lines = try ["ed25519", "ecdsa"].map { type in
            let key = try hostKey(type)
            return "[127.0.0.1]:\(port) \(key.type) \(Base64.encode(key.blob))\n"
        }
        try lines.joined().write(toFile: path, atomically: true, encoding: .utf8)
        return try KnownHosts(paths: [path])
    }

    package func connect(
        identities: [Authentication.Identity]? = nil,
        hostKeys: HostKeyPolicy? = nil,
        over gateway: SSHConnection? = nil,
        alias: String? = nil,
        keepalive: Keepalive = .usual,
        deadline: Duration = .seconds(30)
    ) async throws -> SSHConnection {
        let keys = try TestKeys.shared.get()
        var endpoint = endpoint
        endpoint.hostKeyAlias = alias
        return try await SSHConnection.connect(
            to: endpoint,
            hostKeys: hostKeys ?? .strict(knownHosts()),
            authentication: Authentication(
                identities: identities ?? [.file(PrivateKeyFile(keys.path("ed25519")))]
            ),
            over: gateway,
            deadline: deadline,
            keepalive: keepalive
        )
    }

    /// A port that was free a moment ago.
    package static func freePort() throws -> UInt16 {
        let listener = try Listener(backlog: nil)
        return listener.port
    }
}

/// Folders for tests' files, all of which go when the tests end.
package enum TestFolder {
    private static let root: String = {
        var template = Array("/tmp/apus-ssh-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder: \(errno)") }
        atexit { try? FileManager.default.removeItem(atPath: TestFolder.root) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    package static func make(_ name: String) throws -> String {
        let path = "\(root)/\(name)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}

/// A TCP socket bound to 127.0.0.1 that never accepts; with a backlog it listens, and the kernel answers for it.
package final class Listener: Sendable {
    package let port: UInt16
    package let descriptor: Int32

    package init(backlog: Int32?) throws {
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
    package func greetOnce(_ text: String) {
        let connection = accept(descriptor, nil, nil)
        _ = text.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        shutdown(connection, Int32(SHUT_RDWR))
        close(connection)
    }
}
