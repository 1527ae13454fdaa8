import Foundation
import HostInventory
import Provisioning
import SSHTestSupport
import Testing

@testable import SSH
@testable import Transports

@Suite("What ssh_config and the inventory say of a connection is done", .timeLimit(.minutes(2)))
struct ConfigurationTransportTests {
    let server: TestServer
    let agent: TestAgent
    let folder: String

    init() throws {
        server = try TestServer.shared.get()
        agent = try TestAgent(keys: [TestKeys.shared.get().path("rsa")])
        folder = try TestFolder.make("configured")
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let lines: String
        let arguments: String
        /// Part of the message; nil where it logs in.
        let failure: String?

        init(_ lines: String, arguments: String = "", _ failure: String? = nil) {
            (self.lines, self.arguments, self.failure) = (lines, arguments, failure)
        }

        var testDescription: String { "\(lines) \(arguments): \(failure ?? "logs in")" }
    }

    private static let key = "IdentityFile @KEYS/ed25519"
    static let cases = [
        Case(key), Case("Host other\n User nobody\nHost target\n \(key)"), Case("Include @DIR/key"),
        Case("Match originalhost target exec \"test %n = target\"\n \(key)"),
        Case("Match final host 127.0.0.1\n \(key)"), Case("IdentityFile @DIR/%u-%n"),
        Case("\(key)\nUser no-such-user", "wanted to log in as no-such-user"),
        Case("\(key)\nPort 1", "to port 1;"),
        Case("\(key)\nConnectTimeout 1\nPort @SILENT", "within 1 s"),
        // Keys
        Case("IdentityAgent @AGENT"), Case("IdentityAgent none", "saw password: not offered"),
        Case("IdentityAgent @AGENT\nIdentityFile @KEYS/stranger"),
        Case("IdentityAgent @AGENT\nIdentityFile @KEYS/stranger\nIdentitiesOnly yes", "stranger: refused"),
        Case("IdentityAgent @AGENT\nIdentityFile @KEYS/rsa.pub\nIdentitiesOnly yes"),
        Case("\(key)\nPubkeyAuthentication no", "the server offers publickey"),
        // Host keys
        Case("\(key)\nUserKnownHostsFile none", "unknown host key"),
        Case("\(key)\nUserKnownHostsFile /nonexistent @KNOWN"),
        Case("\(key)\nUserKnownHostsFile none\nGlobalKnownHostsFile @KNOWN"),
        Case("\(key)\nUserKnownHostsFile @DIR/new\nStrictHostKeyChecking accept-new"),
        Case("\(key)\nUserKnownHostsFile @DIR/new\nStrictHostKeyChecking yes", "unknown host key"),
        Case("\(key)\nHostKeyAlias other", "unknown host key"),
        Case("\(key)\nHostKeyAlias [127.0.0.1]:@PORT\nHostName localhost"),
        // The inventory's arguments win.
        Case("", arguments: "-i @KEYS/ed25519"), Case("", arguments: "-o IdentityFile=@KEYS/ed25519"),
        Case("\(key)\nPort 1", arguments: "-p @PORT"), Case("\(key)\nUser nobody", arguments: "-l @ME"),
        Case("\(key)\nUser nobody", arguments: "' ansible_user='@ME"),
        Case("\(key)\nPort 1", arguments: "' ansible_port='@PORT"),
        Case("", arguments: "' ansible_ssh_private_key_file='@KEYS/ed25519"),
        Case("\(key)\nUserKnownHostsFile none", arguments: "' apus_known_hosts_file='@KNOWN"),
        Case(key, arguments: "-J 127.0.0.1:1", "jump host"),
    ]

    @Test(arguments: cases)
    func connection(item: Case) async throws {
        let keys = try TestKeys.shared.get()
        let silent = try Listener(backlog: 8)
        let words = [
            "@KEYS": keys.folder, "@DIR": folder, "@AGENT": agent.client.socketPath, "@ME": NSUserName(),
            "@KNOWN": try server.knownHosts().paths[0], "@PORT": "\(server.port)",
            "@SILENT": "\(silent.port)",
        ]
        func filled(_ text: String) -> String {
            words.reduce(text) { $0.replacing($1.key, with: $1.value) }
        }
        let defaults = """

            Host *
              HostName 127.0.0.1
              Port @PORT
              IdentityAgent none
              UserKnownHostsFile @KNOWN
              GlobalKnownHostsFile none
            """
        try filled(item.lines + defaults).write(toFile: "\(folder)/config", atomically: true, encoding: .utf8)
        try filled(Self.key).write(toFile: "\(folder)/key", atomically: true, encoding: .utf8)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/\(NSUserName())-target",
            withDestinationPath: keys.path("ed25519")
        )
        let line = "pi1 ansible_host=target ansible_ssh_common_args='-F @DIR/config \(item.arguments)'"
        let host = try Inventory(parsing: filled(line), file: "hosts.ini").hosts[0]
        do {
            let transport = try await HostConnector().connect(to: host, deadline: .seconds(30))
            #expect(item.failure == nil)
            await transport.close()
        } catch let error as TransportError {
            #expect(item.failure.map { error.message.contains($0) } == true, "\(error.message)")
        }
    }

    @Test(
        "signs of life are asked for as ssh_config says, else every 15 s",
        arguments: [
            ("", Keepalive(interval: .seconds(15), countMax: 3)),
            ("ServerAliveInterval 7\nServerAliveCountMax 4", Keepalive(interval: .seconds(7), countMax: 4)),
            ("ServerAliveInterval 0", Keepalive(interval: .zero, countMax: 3)),
        ]
    )
    func keepalive(text: String, expected: Keepalive) throws {
        let environment = ClientEnvironment(user: "me", home: "/", read: { _ in text })
        let hops = try ClientConfiguration(file: "c", environment: environment).route(to: "pi1")
        #expect(hops.map(\.keepalive) == [expected])
    }

    @Test("a line of known_hosts that means nothing is pointed out once")
    func malformedKnownHosts() async throws {
        let path = "\(folder)/known_hosts"
        let known = try String(contentsOfFile: server.knownHosts().paths[0], encoding: .utf8)
        try "pi1 ssh-rsa\n\(known)".write(toFile: path, atomically: true, encoding: .utf8)
        let line = "pi1 ansible_host=127.0.0.1 ansible_port=\(server.port) ansible_ssh_common_args='-F none' "
        let key = try TestKeys.shared.get().path("ed25519")
        let host = try Inventory(
            parsing: line + "apus_known_hosts_file=\(path) apus_private_key_file=\(key)",
            file: "hosts.ini"
        ).hosts[0]
        let connector = HostConnector()
        var warnings: [[String]] = []
        for _ in 1...2 {
            let transport = try await connector.connect(to: host, deadline: .seconds(30))
            warnings.append(transport.warnings)
            await transport.close()
        }
        let expected = "\(path):1:1: wanted a host, a key type and a key (the line is skipped)"
        #expect(warnings == [[expected], []])
    }
}
