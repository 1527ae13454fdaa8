import Foundation
import Synchronization
import SSHTestSupport
import Testing

@testable import SSH

@Suite("Authentication", .timeLimit(.minutes(2)))
struct AuthenticationTests {
    let server: TestServer
    let keys: TestKeys

    init() throws {
        server = try TestServer.shared.get()
        keys = try TestKeys.shared.get()
    }

    @Test("works with every kind of key file", arguments: TestKeys.plainNames)
    func plainKey(name: String) async throws {
        let connection = try await server.connect(identities: [.file(PrivateKeyFile(keys.path(name)))])
        #expect(try await connection.run("echo in").text == "in\n")
        await connection.close()
    }

    @Test("works with every kind of encrypted key file, asking once", arguments: TestKeys.secretNames)
    func secretKey(name: String) async throws {
        let asked = Mutex<[String]>([])
        let file = PrivateKeyFile(keys.path(name)) { path in
            asked.withLock { $0.append(path) }
            return TestKeys.passphrase
        }
        async let first = server.connect(identities: [.file(file)])
        async let second = server.connect(identities: [.file(file)])
        for connection in try await [first, second] {
            #expect(try await connection.run("echo in").text == "in\n")
        }
        #expect(asked.withLock { $0 } == [keys.path(name)])
    }

    @Test("works with every kind of key in an agent", arguments: TestKeys.plainNames)
    func agentKey(name: String) async throws {
        let agent = try TestAgent(keys: [keys.path(name)])
        let connection = try await server.connect(identities: [.agent(agent.client)])
        #expect(try await connection.run("echo in").text == "in\n")
    }

    @Test("finds the key of a public key file in the agent, before the agent's others")
    func publicKeyFile() async throws {
        let agent = try TestAgent(keys: [keys.path("stranger"), keys.path("ed25519")])
        let folder = try TestFolder.make("public")
        let file = "\(folder)/key.pub"
        try FileManager.default.copyItem(atPath: keys.path("ed25519") + ".pub", toPath: file)
        let identity = Authentication.Identity.agentKey(agent.client, of: PrivateKeyFile(file))
        let connection = try await server.connect(identities: [identity])
        await connection.close()
        let other = Authentication.Identity.agentKey(agent.client, of: PrivateKeyFile(keys.path("rsa")))
        let error = try await sshError { try await server.connect(identities: [other]) }
        #expect(error.seen.contains("no identity to try"))
    }

    @Test("goes on to the next identity, and names all that failed with their reasons")
    func failures() async throws {
        let agent = try TestAgent(keys: [keys.path("stranger")])
        let garbage = keys.folder + "/garbage"
        try "not a key\n".write(toFile: garbage, atomically: true, encoding: .utf8)
        let useless: [Authentication.Identity] = [
            .file(PrivateKeyFile("/nonexistent/id_rsa")),
            .file(PrivateKeyFile(garbage)),
            .file(PrivateKeyFile(keys.path("stranger"))),
            .file(PrivateKeyFile(keys.path("ed25519-secret")) { _ in "canary-passphrase" }),
            .file(PrivateKeyFile(keys.path("rsa-secret"))),
            .file(PrivateKeyFile(keys.path("rsa-pem-secret")) { _ in "canary-passphrase" }),
            .agent(agent.client),
            .agent(SSHAgent(socketPath: "/nonexistent/agent")),
        ]
        let error = try await sshError { try await server.connect(identities: useless) }
        #expect(error.kind == .authentication)
        for part in [
            "/nonexistent/id_rsa: cannot be read: No such file or directory",
            "garbage: no private key in a format known here",
            "stranger: refused by the server",
            "ed25519-secret: wrong passphrase",
            "rsa-secret (rsa-sha2-512): encrypted, and no passphrase given",
            "rsa-pem-secret (rsa-sha2-512): wrong passphrase",
            "no agent at /nonexistent/agent: No such file or directory",
            "the server offers publickey",
        ] {
            #expect(error.seen.contains(part), "\(error.seen)")
        }
        #expect(!error.description.contains("canary"))

        // The same, with one that works at the end.
        let connection = try await server.connect(
            identities: useless + [.file(PrivateKeyFile(keys.path("rsa")))]
        )
        #expect(try await connection.run("echo in").text == "in\n")
    }

    @Test(
        "leaves a key alone that others may read or write, and asks for no passphrase then, as ssh does",
        arguments: [
            (0o600, true), (0o400, true), (0o700, true), (0o640, false), (0o604, false), (0o620, false),
        ]
    )
    func exposedKey(mode: Int, isUsed: Bool) async throws {
        for name in ["ed25519", "rsa-pem", "ecdsa-256-secret"] {
            let copy = try TestFolder.make("exposed") + "/key"
            try FileManager.default.copyItem(atPath: keys.path(name), toPath: copy)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: copy)
            let file = PrivateKeyFile(copy) { _ in
                #expect(isUsed)
                return TestKeys.passphrase
            }
            if isUsed {
                await (try await server.connect(identities: [.file(file)])).close()
                continue
            }
            let error = try await sshError { try await server.connect(identities: [.file(file)]) }
            #expect(error.kind == .authentication)
            #expect(error.seen.contains("(mode 0\(String(mode, radix: 8))), so it is not used, as with ssh"))
            #expect(error.seen.contains("chmod 600 \(copy)"), "\(error.seen)")
        }
    }

    @Test("takes the key of another user's file whatever its mode, as ssh does", .enabled(if: getuid() == 0))
    func sharedKey() async throws {
        let copy = try TestFolder.make("shared") + "/key"
        try FileManager.default.copyItem(atPath: keys.path("ed25519"), toPath: copy)
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o644, .ownerAccountID: 1]
        try FileManager.default.setAttributes(attributes, ofItemAtPath: copy)
        await (try await server.connect(identities: [.file(PrivateKeyFile(copy))])).close()
    }

    @Test("tells what the server said when it hung up after too many keys")
    func tooManyKeys() async throws {
        let server = try TestServer(extraConfiguration: "MaxAuthTries 1\nAuthorizedKeysFile none")
        let error = try await sshError {
            try await server.connect(
                identities: ["ed25519", "ecdsa-256"].map { .file(PrivateKeyFile(keys.path($0))) }
            )
        }
        #expect(error.kind == .authentication)
        #expect(error.seen.contains("Too many authentication failures"), "\(error.seen)")
    }

    @Test("asks for no passphrase where the server does not know the key")
    func noNeedlessQuestion() async throws {
        let server = try TestServer(extraConfiguration: "AuthorizedKeysFile none")
        let asked = Mutex(false)
        let file = PrivateKeyFile(keys.path("ed25519-secret")) { _ in
            asked.withLock { $0 = true }
            return nil
        }
        let error = try await sshError { try await server.connect(identities: [.file(file)]) }
        #expect(error.kind == .authentication)
        #expect(asked.withLock { $0 } == false)
    }

    @Test("stops the clock while it asks for a passphrase")
    func slowPerson() async throws {
        let file = PrivateKeyFile(keys.path("ecdsa-256-secret")) { _ in
            try? await EventLoop.shared.sleep(for: .seconds(6))
            return TestKeys.passphrase
        }
        let connection = try await server.connect(identities: [.file(file)], deadline: .seconds(5))
        #expect(await connection.isOpen)
    }

    @Test("connects again where the server did not wait for the answer")
    func graceTime() async throws {
        // In seconds; long enough for a busy machine to get as far as the question.
        let server = try TestServer(extraConfiguration: "LoginGraceTime 10")
        let questions = Mutex(0)
        let file = PrivateKeyFile(keys.path("ed25519-secret")) { _ in
            questions.withLock { $0 += 1 }
            await #expect(throws: Never.self) { try await server.waitUntilAlone() }
            return TestKeys.passphrase
        }
        let connection = try await server.connect(identities: [.file(file)])
        #expect(await connection.isOpen)
        #expect(questions.withLock { $0 } == 1)
    }

    @Test(
        "offers RSA signatures that the server knows",
        arguments: [
            ("SSH-2.0-OpenSSH_9.2p1 Debian-2", "rsa-sha2-512"),
            ("SSH-2.0-OpenSSH_7.2", "rsa-sha2-512"),
            ("SSH-2.0-OpenSSH_6.6.1p1", "ssh-rsa"),
            ("SSH-2.0-dropbear_2022.83", "rsa-sha2-256"),
            ("SSH-2.0-Something", "rsa-sha2-512"),
        ]
    )
    func rsaAlgorithms(banner: String, algorithm: String) {
        #expect(Candidate.algorithms(type: "ssh-rsa", banner: banner) == [algorithm])
        #expect(Candidate.algorithms(type: "ssh-ed25519", banner: banner) == ["ssh-ed25519"])
    }
}
