import ApusTesting
import Foundation
import HostInventory
import Provisioning
import SSH
import SSHTestSupport
import Testing
import Transports

@Suite("Hosts behind jump hosts", .timeLimit(.minutes(2)))
struct JumpTransportTests {
    /// An ssh_config that leads to `target` over `jumps`, and an inventory's host that follows it.
    private func host(
        _ target: TestServer,
        over jumps: [TestServer],
        knowsHosts: Bool = true,
        beginning: String = ""
    ) throws -> Inventory.Host {
        let folder = try TestFolder.make("jump")
        var text = beginning
        for (index, server) in (jumps + [target]).enumerated() {
            let name = index == jumps.count ? "target" : "jump\(index)"
            let before = index == 0 ? "none" : "jump\(index - 1)"
            text += """
                Host \(name)
                    HostName 127.0.0.1
                    Port \(server.port)
                    IdentityFile \(try TestKeys.shared.get().path("ed25519"))
                    UserKnownHostsFile \(knowsHosts ? try server.knownHosts().paths[0] : "none")
                    ProxyJump \(before)

                """
        }
        try text.write(toFile: "\(folder)/config", atomically: true, encoding: .utf8)
        let line = "pi1 ansible_host=target ansible_ssh_common_args='-F \(folder)/config'"
        return try Inventory(parsing: line, file: "hosts.ini").hosts[0]
    }

    @Test("keep the contract of transports")
    func contract() async throws {
        let servers = try [TestServer.shared.get(), TestServer(), TestServer()]
        let host = try host(servers[2], over: Array(servers[0..<2]))
        let transport = try await HostConnector().connect(to: host, deadline: .seconds(20))
        try await TransportContract(transport).check()
    }

    @Test("share the jump host's connection while one of them is open, and get a new one afterwards")
    func shared() async throws {
        let (jump, target) = (try TestServer(), try TestServer.shared.get())
        let asked = try TestFolder.make("asked") + "/times"
        let host = try host(target, over: [jump], beginning: "Match exec \"echo >>\(asked)\"\n")
        let connector = HostConnector()
        for round in 1...2 {
            let transports = try await withThrowingTaskGroup(of: (any Transport).self) { group in
                for _ in 0..<8 {
                    group.addTask { try await connector.connect(to: host, deadline: .seconds(20)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            while jump.logins < round { try await Task.sleep(for: .milliseconds(5)) }
            #expect(jump.logins == round)
            for transport in transports { await transport.close() }
        }
        // The question of the configuration was asked once, not for each of 32 look-ups.
        #expect(try String(contentsOfFile: asked, encoding: .utf8) == "\n")
    }

    @Test(
        "host keys are checked also where that is switched off, and the first host says so",
        arguments: [
            ("-o StrictHostKeyChecking=no", "", "hosts.ini:1: ansible_ssh_common_args"),
            ("", "StrictHostKeyChecking no\n", "config:1"),
            ("' ansible_host_key_checking='no", "", "hosts.ini:1: ansible_host_key_checking"),
        ]
    )
    func uncheckedKeys(arguments: String, beginning: String, place: String) async throws {
        let server = try TestServer.shared.get()
        var host = try host(server, over: [], beginning: beginning)
        let words = try #require(host.vars.variable("ansible_ssh_common_args")).text
        let line = "pi1 ansible_host=target ansible_ssh_common_args='\(words) \(arguments)'"
        host = try Inventory(parsing: line, file: "hosts.ini").hosts[0]
        let connector = HostConnector()
        var warnings: [[String]] = []
        for _ in 1...2 {
            let transport = try await connector.connect(to: host, deadline: .seconds(20))
            warnings.append(transport.warnings)
            await transport.close()
        }
        #expect(warnings.map(\.count) == [1, 0])
        #expect(warnings[0][0].contains("\(place): host keys are checked although"), "\(warnings)")
    }

    @Test("that cannot be reached are told with the jump host's name")
    func unreachable() async throws {
        let servers = try [TestServer(), TestServer.shared.get()]
        let host = try host(servers[1], over: [servers[0]], knowsHosts: false)
        let error = await #expect(throws: TransportError.self) {
            try await HostConnector().connect(to: host, deadline: .seconds(20))
        }
        #expect(error?.code == .hostKey)
        let prefix = "jump host \(servers[0].endpoint): unknown host key"
        #expect(error?.message.hasPrefix(prefix) == true, "\(error?.message ?? "")")
    }

    @Test(
        "what libssh2 cannot follow names the other way to connect",
        arguments: [
            (
                "-o ProxyCommand=nc",
                "hosts.ini:1: ansible_ssh_common_args: proxycommand is not supported by libssh2"
            ),
            ("-C", "hosts.ini:1: ansible_ssh_common_args: the argument -C is not supported"),
        ]
    )
    func unsupported(arguments: String, message: String) async throws {
        let line = "pi1 ansible_ssh_common_args='\(arguments)'"
        let host = try Inventory(parsing: line, file: "hosts.ini").hosts[0]
        let error = await #expect(throws: TransportError.self) {
            try await HostConnector().connect(to: host, deadline: .seconds(5))
        }
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("connection=openssh") == true)
    }
}
