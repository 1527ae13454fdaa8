import Foundation
import SSHTestSupport
import Testing

@testable import SSH

@Suite("Host keys", .timeLimit(.minutes(2)))
struct HostKeyTests {
    let server: TestServer
    let folder: String

    init() throws {
        server = try TestServer.shared.get()
        folder = try TestFolder.make("known-hosts")
    }

    private func knownHosts(_ lines: String...) throws -> KnownHosts {
        let path = "\(folder)/known_hosts"
        try lines.map { $0 + "\n" }.joined().write(toFile: path, atomically: true, encoding: .utf8)
        return try KnownHosts(paths: [path])
    }

    private func text(_ key: HostKey) -> String { "\(key.type) \(Base64.encode(key.blob))" }

    private func stranger() throws -> HostKey {
        HostKey(blob: try TestKeys.shared.get().publicBlob("stranger"))!
    }

    @Test("an unknown one is refused with its fingerprint and the way to accept it")
    func unknown() async throws {
        let error = try await sshError { try await server.connect(hostKeys: .strict(knownHosts())) }
        #expect(error.kind == .hostKeyUnknown)
        #expect(try error.seen.contains(server.hostKey().fingerprint))
        #expect(error.remedy.contains("ssh-keyscan -p \(server.port) 127.0.0.1 >> \(folder)/known_hosts"))
        let shown = try run("/usr/bin/ssh-keygen", ["-lf", "\(server.folder)/host_ed25519.pub"])
        #expect(try shown.contains(server.hostKey().fingerprint))
    }

    @Test("one that ssh-keyscan found is trusted, hashed or not", arguments: [[], ["-H"]])
    func scanned(options: [String]) async throws {
        let line = try run("/usr/bin/ssh-keyscan", options + ["-p", "\(server.port)", "127.0.0.1"])
        let connection = try await server.connect(hostKeys: .strict(knownHosts(line)))
        #expect(await connection.isOpen)
    }

    @Test("the type that is known is the one asked for", arguments: ["ed25519", "ecdsa"])
    func preferredType(type: String) async throws {
        let known = try knownHosts("[127.0.0.1]:\(server.port) \(text(server.hostKey(type)))")
        let connection = try await server.connect(hostKeys: .strict(known))
        #expect(try await connection.serverKey() == server.hostKey(type))
    }

    @Test("a changed one is refused, also by who accepts new ones")
    func changed() async throws {
        let known = try knownHosts("# a comment", "[127.0.0.1]:\(server.port) \(text(stranger()))")
        for policy in [HostKeyPolicy.strict(known), .acceptNew(known)] {
            let error = try await sshError { try await server.connect(hostKeys: policy) }
            #expect(error.kind == .hostKeyChanged)
            #expect(try error.wanted.contains(stranger().fingerprint))
            #expect(error.wanted.contains("\(folder)/known_hosts:2"))
            #expect(try error.seen.contains(server.hostKey().fingerprint))
        }
    }

    @Test("one of another type than those known is not accepted as new")
    func otherType() async throws {
        let server = try TestServer(hostKeys: ["ecdsa"])
        let known = try knownHosts("[127.0.0.1]:\(server.port) \(text(stranger()))")
        let error = try await sshError { try await server.connect(hostKeys: .acceptNew(known)) }
        #expect(error.kind == .hostKeyChanged)
        #expect(error.wanted.contains("ssh-ed25519"))
    }

    @Test("a revoked one is refused although it is listed")
    func revoked() async throws {
        let key = try text(server.hostKey())
        let known = try knownHosts("[127.0.0.1]:\(server.port) \(key)", "@revoked * \(key)")
        let error = try await sshError { try await server.connect(hostKeys: .strict(known)) }
        #expect(error.kind == .hostKeyRevoked)
        #expect(error.seen.contains("known_hosts:2"))
    }

    @Test("a certificate authority is named as what libssh2 does not support")
    func authority() async throws {
        let known = try knownHosts("@cert-authority * \(text(stranger()))")
        let error = try await sshError { try await server.connect(hostKeys: .acceptNew(known)) }
        #expect(error.kind == .hostKeyUncertified)
        #expect(error.seen.hasSuffix("(\(folder)/known_hosts:1), which is not supported by libssh2"))
        #expect(error.remedy.hasPrefix("connection=openssh for this host"))
    }

    @Test("twenty connections that accept a new one record it once, for others to read")
    func acceptNew() async throws {
        let path = "\(folder)/new/known_hosts"
        let known = try KnownHosts(paths: [path])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask { await (try server.connect(hostKeys: .acceptNew(known))).close() }
            }
            try await group.waitForAll()
        }
        let recorded = try String(contentsOfFile: path, encoding: .utf8)
        #expect(try recorded == "[127.0.0.1]:\(server.port) \(text(server.hostKey()))\n")
        await (try server.connect(hostKeys: .strict(known))).close()
        await (try server.connect(hostKeys: .strict(KnownHosts(paths: [path])))).close()
        // OpenSSH agrees.
        let found = try run("/usr/bin/ssh-keygen", ["-F", "[127.0.0.1]:\(server.port)", "-f", path])
        #expect(found.contains("found: line 1"))
    }

    /// As the system's ssh does it, which records one here.
    @Test("an alias is listed without the port, so that a changed key is seen")
    func alias() async throws {
        let path = "\(folder)/known_hosts"
        let options = ["-F", "none", "-o", "UserKnownHostsFile=\(path)", "-o", "HostKeyAlias=Alias"]
        try run(
            "/usr/bin/ssh",
            options + ["-o", "StrictHostKeyChecking=accept-new", "-o", "BatchMode=yes"]
                + ["-i", TestKeys.shared.get().path("ed25519"), "-p", "\(server.port)", "127.0.0.1", "true"]
        )
        let recorded = try KnownHosts(paths: [path])
        await (try server.connect(hostKeys: .strict(recorded), alias: "Alias")).close()
        let changed = try knownHosts("alias \(text(stranger()))")
        let error = try await sshError {
            try await server.connect(hostKeys: .acceptNew(changed), alias: "Alias")
        }
        #expect(error.kind == .hostKeyChanged)
        let new = try knownHosts()
        await (try server.connect(hostKeys: .acceptNew(new), alias: "Alias")).close()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "alias \(text(server.hostKey()))\n")
    }

    @Test("recording respects what another process recorded meanwhile, and ends a last line without an end")
    func recordedByOthers() throws {
        let known = try knownHosts()
        let path = known.paths[0]
        let key = try server.hostKey()
        try "other \(text(stranger()))".write(toFile: path, atomically: false, encoding: .utf8)
        #expect(try known.record(host: "new", port: 22, key: key) == .unknown(certAuthority: nil))
        #expect(try known.record(host: "new", port: 22, key: key) == .known)
        let changed = KnownHosts.Verdict.changed(location: "\(path):1", expected: try stranger())
        #expect(try known.record(host: "other", port: 22, key: key) == changed)
        let content = try String(contentsOfFile: path, encoding: .utf8)
        #expect(try content == "other \(text(stranger()))\nnew \(text(key))\n")
    }

    @Test("a line that means nothing is named where the key is not found")
    func malformed() async throws {
        let known = try knownHosts("# a comment", "pi1 ssh-ed25519 AAAA", "pi2")
        let error = try await sshError { try await server.connect(hostKeys: .strict(known)) }
        #expect(error.seen.contains("\(folder)/known_hosts:2:17: the key is not Base64"), "\(error.seen)")
        #expect(error.seen.hasSuffix("(the line is skipped, and 1 more)"), "\(error.seen)")
    }

    @Test("files that cannot be read or written are named")
    func unreadable() async throws {
        let error = #expect(throws: SSHError.self) { try KnownHosts(paths: [folder]) }
        #expect(error?.kind == .knownHosts)
        #expect(error?.host == folder)
        let unwritable = try KnownHosts(paths: ["/proc/nonexistent/known_hosts"])
        let failed = try await sshError { try await server.connect(hostKeys: .acceptNew(unwritable)) }
        #expect(failed.kind == .knownHosts)
    }
}
