import Provisioning
import Testing

@testable import Roles

@Suite("The Docker roles")
struct DockerRolesTests {
    @Test("a server has its pages before its container")
    func server() throws {
        let tasks = DockerServer(page: "server1").tasks
        #expect(
            tasks.map(\.resourceID.description) == [
                "Directory[/srv/nginx/server1]", "FileTree[/srv/nginx/server1]",
                "Template[/srv/nginx/server1/index.html]", "DockerImage[nginx:latest]",
                "DockerContainer[nginx]",
            ]
        )
    }

    @Test("HAProxy's configuration names every backend")
    func balancer() throws {
        let role = DockerBalancer(backends: [
            .init(name: "server1", address: "10.42.0.152"),
            .init(name: "server2", address: "10.42.0.175", port: 8080),
        ])
        let lines = try role.configuration.split(separator: "\n").filter { $0.hasPrefix("  server ") }
        #expect(
            lines == ["  server server1 10.42.0.152:80 check", "  server server2 10.42.0.175:8080 check"]
        )
        #expect(
            try role.tasks.map(\.resourceID.description) == [
                "DockerImage[haproxy:latest]", "DockerContainer[haproxy]",
            ]
        )
    }
}
