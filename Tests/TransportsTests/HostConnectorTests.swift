import Foundation
import HostInventory
import Provisioning
import SSH
import SSHTestSupport
import Testing
import Transports

@Suite("What all hosts share", .timeLimit(.minutes(2)))
struct HostConnectorTests {
    @Test("is read once: keys, known_hosts and the configuration may be gone when the next host is reached")
    func once() async throws {
        let server = try TestServer.shared.get()
        let folder = try TestFolder.make("once")
        let key = try TestKeys.shared.get().path("ed25519")
        try FileManager.default.copyItem(atPath: key, toPath: "\(folder)/key")
        try FileManager.default.copyItem(
            atPath: try server.knownHosts().paths[0],
            toPath: "\(folder)/known_hosts"
        )
        try """
        Host one two
            HostName 127.0.0.1
            Port \(server.port)
            IdentityFile \(folder)/key
            UserKnownHostsFile \(folder)/known_hosts

        """.write(toFile: "\(folder)/config", atomically: true, encoding: .utf8)
        let words = "ansible_host=one ansible_ssh_common_args='-F \(folder)/config'"
        let hosts = try Inventory(parsing: "one \(words)\ntwo \(words)\n", file: "hosts.ini").hosts
        let connector = HostConnector()
        for host in hosts {
            let transport = try await connector.connect(to: host, deadline: .seconds(20))
            await transport.close()
            if host.name == "one" { try FileManager.default.removeItem(atPath: folder) }
        }
    }
}
