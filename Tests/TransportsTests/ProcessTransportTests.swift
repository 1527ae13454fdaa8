import ApusTesting
import Foundation
import HostInventory
import ProgramFiles
import Provisioning
import SSH
import SSHTestSupport
import Testing

@testable import Transports

@Suite("Hosts that a program leads to", .timeLimit(.minutes(2)))
struct ProcessTransportTests {
    @Test("this machine keeps the contract of transports")
    func local() async throws {
        try await TransportContract(LocalTransport()).check()
    }

    // MARK: The system's ssh

    private func sshHost(_ changes: [String: String] = [:]) throws -> Inventory.Host {
        let server = try TestServer.shared.get()
        let variables = [
            "ansible_connection": "openssh", "ansible_host": "127.0.0.1", "ansible_port": "\(server.port)",
            "ansible_private_key_file": try TestKeys.shared.get().path("ed25519"),
            "apus_known_hosts_file": try server.knownHosts().paths[0],
            "ansible_ssh_common_args": "'-F none'",
        ].merging(changes) { $1 }
        let line = "pi1 " + variables.map { "\($0)=\($1)" }.joined(separator: " ")
        return try Inventory(parsing: line, file: "hosts.ini").hosts[0]
    }

    @Test("the system's ssh keeps the contract of transports, and logs in once")
    func openSSH() async throws {
        let transport = try await HostConnector().connect(to: sshHost(), deadline: .seconds(30))
        #expect(transport.loginUser == NSUserName())
        try await TransportContract(transport).check()
    }

    @Test(
        "what ssh says is told",
        arguments: [
            (
                ["apus_known_hosts_file": "/nonexistent"], TransportError.Code.hostKey,
                "Host key verification failed."
            ),
            (["ansible_private_key_file": "/nonexistent"], .authentication, "Permission denied"),
            (["ansible_port": "1"], .unreachable, "Connection refused"),
            (["ansible_ssh_extra_args": "--nonsense"], .unreachable, "ssh: "),
            (["ansible_password": "x"], .configuration, "gives ssh no password"),
        ]
    )
    func openSSHErrors(changes: [String: String], code: TransportError.Code, text: String) async throws {
        let host = try sshHost(changes)
        let error = await #expect(throws: TransportError.self) {
            try await HostConnector().connect(to: host, deadline: .seconds(30))
        }
        #expect(error?.code == code)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }

    @Test("the system's ssh follows what libssh2 cannot: certificates of user and host, and a ProxyCommand")
    func certificates() async throws {
        let (server, folder) = (try TestServer.shared.get(), try TestFolder.make("certificates"))
        let sign = ["-q", "-s", "\(folder)/ca", "-I", "test", "-n", "\(NSUserName()),target"]
        try run("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/ca"])
        try run("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/user"])
        try run("/usr/bin/ssh-keygen", sign + ["\(folder)/user.pub"])
        let hostKey = "\(server.folder)/host_ed25519"
        try FileManager.default.copyItem(atPath: "\(hostKey).pub", toPath: "\(folder)/host.pub")
        try run("/usr/bin/ssh-keygen", sign + ["-h", "\(folder)/host.pub"])
        let authority = try String(contentsOfFile: "\(folder)/ca.pub", encoding: .utf8)
        let files = [
            "known_hosts": "@cert-authority * \(authority)",
            "sshd_config": """
            HostKey \(hostKey)
            HostCertificate \(folder)/host-cert.pub
            TrustedUserCAKeys \(folder)/ca.pub
            AuthorizedKeysFile none
            UsePAM no
            """,
            "config": "HostKeyAlias target\nProxyCommand /usr/sbin/sshd -i -f \(folder)/sshd_config\n",
        ]
        for (name, text) in files {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
        let host = try sshHost([
            "ansible_private_key_file": "\(folder)/user", "apus_known_hosts_file": "\(folder)/known_hosts",
            "ansible_ssh_common_args": "'-F \(folder)/config'",
        ])
        let transport = try await HostConnector().connect(to: host, deadline: .seconds(30))
        #expect(transport.loginUser == NSUserName())
        await transport.close()
    }

    // MARK: Containers

    /// Runs what comes after the container's name, as the real program would in the container.
    private func standIn(_ body: String) throws -> String {
        let path = try TestFolder.make("program") + "/program"
        try writeProgram("#!/bin/sh\n\(body)\n", to: URL(fileURLWithPath: path))
        return path
    }

    @Test(
        "containers keep the contract of transports",
        arguments: [
            (ContainerRunner.docker, #"[ "$1 $2 $3" = "exec -i web" ] && shift 3 && exec "$@""#),
            (.lxc, #"[ "$1 $2 $3 $4" = "--clear-env -n web --" ] && shift 4 && exec "$@""#),
        ]
    )
    func containers(runner: ContainerRunner, body: String) async throws {
        let prefix = runner.prefix(container: "web", user: nil, program: try standIn(body))
        let transport = try await ProcessTransport.connect(prefix, deadline: .seconds(30))
        #expect(transport.loginUser == NSUserName())
        try await TransportContract(transport).check()
    }

    @Test(
        "a connection names its container",
        arguments: [
            ("docker:web", "docker exec -i web sh -c"), ("docker", "docker exec -i pi1 sh -c"),
            ("lxc:web ansible_user=bob", "lxc-attach --clear-env -n web -- su bob -c"),
            ("docker:web ansible_user=bob", "docker exec -i -u bob web sh -c"),
        ]
    )
    func names(connection: String, expected: String) throws {
        let line = "pi1 ansible_connection=\(connection)"
        let settings = try Inventory(parsing: line, file: "hosts.ini").hosts[0].connection
        let found = try #require(ContainerRunner.runner(for: settings))
        let prefix = found.runner.prefix(container: found.container, user: settings.user)
        #expect(prefix.joined(separator: " ") == expected)
    }

    @Test("a program that is missing, fails or hangs is told")
    func failures() async throws {
        for (program, text) in [
            ("/nonexistent/docker", "cannot start /nonexistent/docker"),
            (try standIn("echo no such container: web >&2; exit 1"), "no such container: web"),
            (try standIn("echo waiting >&2; sleep 60"), "no answer within"),
        ] {
            let prefix = ContainerRunner.docker.prefix(container: "web", user: nil, program: program)
            let error = await #expect(throws: TransportError.self) {
                try await ProcessTransport.connect(prefix, deadline: .seconds(3))
            }
            #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        }
    }
}
