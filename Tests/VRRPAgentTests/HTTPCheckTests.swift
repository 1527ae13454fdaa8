import Foundation
import KeepalivedConfiguration
import Testing

@testable import apus_vrrpd

@Suite("HTTP checks")
struct HTTPCheckTests {
    @Test(
        "ask for the virtual host, or for what they connect to",
        arguments: [
            ("10.0.0.2", 80, "www.example.org", "www.example.org"),
            ("10.0.0.2", 80, nil, "10.0.0.2"),
            ("10.0.0.2", 8080, nil, "10.0.0.2:8080"),
            ("2001:db8::2", 80, nil, "[2001:db8::2]"),
            ("2001:db8::2", 8080, nil, "[2001:db8::2]:8080"),
        ] as [(String, UInt16, String?, String)]
    )
    func request(address: String, port: UInt16, virtualHost: String?, host: String) throws {
        let endpoint = Endpoint(try #require(Address(address)), port: port)
        let question = Plan.Question(HTTPRequest("/a?b", virtualHost: virtualHost), to: endpoint)
        #expect(
            String(decoding: question.request, as: UTF8.self) == "GET /a?b HTTP/1.0\r\nHost: \(host)\r\n"
                + "User-Agent: apus-vrrpd\r\nConnection: close\r\n\r\n"
        )
    }

    @Test(
        "answers decide who is up, and the status says why",
        .enabled(if: canUseNamespaces, "needs root and network namespaces")
    )
    func health() throws {
        let network = try BalancedNetwork(servers: ["a", "b", "c", "d"])
        let page = network.network.directory.appendingPathComponent("page.txt")
        try Data("hello".utf8).write(to: page)
        try network.serve(page.deletingLastPathComponent(), on: "a", port: 8080)
        // It says what it hears up to the empty line, or nothing at all.
        try network.start(["nc", "-ll", "-p", "8080", "-e", "/bin/sed", "/^.$/q"], on: "c", port: 8080)
        try network.start(["nc", "-ll", "-p", "8080", "-e", "/bin/sleep", "5"], on: "d", port: 8080)
        let client = ["ip", "netns", "exec", network.network.namespace("client")]
        let question = ["genhash", "-s", "10.99.0.3", "-p", "8080", "-u", "/page.txt"]
        let digest = try run(client + question).output.trimmingCharacters(in: .whitespacesAndNewlines)
        let agent = try network.direct(
            [
                "HTTP_GET { connect_port 8080 url { path /page.txt } url { path /page.txt digest \(digest) } }",
                "HTTP_GET { connect_ip 10.99.0.3 connect_port 8080 url { path /missing } }",
                "HTTP_GET { connect_port 8080 url { path / } }",
                "HTTP_GET { connect_port 8080 connect_timeout 0.3 url { path / } }",
            ],
            "lb_kind NAT\n lb_algo rr\n retry 0",
            check: ""
        )
        defer { agent.signal(SIGTERM) }
        let reasons = [
            "10.99.0.4:80 is down: HTTP 404, wanted 200-299",
            "10.99.0.5:80 is down: it does not answer as HTTP does",
            "10.99.0.6:80 is down: it takes longer than 0.300 s",
        ]
        for reason in reasons { try agent.wait(for: reason, limit: 10) }
        #expect(try eventually { try network.answers(2) == ["a", "a"] })
        let shown = try network.status()
        #expect(
            shown.contains(
                "10.99.0.240:80: 1 of 4 servers, weight 1, by nf_tables\n  10.99.0.3:80: up since "
            )
        )
        #expect(shown.contains("HTTP 10.99.0.3:8080/missing: HTTP 404, wanted 200-299\n"))
        let metrics = try network.status("--prometheus")
        let server = "{virtual_server=\"10.99.0.240:80\",real_server=\"10.99.0.4:80\"}"
        #expect(metrics.contains("apus_vrrp_real_server_up\(server) 0\n"))

        try Data("changed".utf8).write(to: page)
        let wanted =
            "10.99.0.3:80 is down: its content has the digest 8977dfac2f8e04cb96e66882235f5aba, wanted "
        let seen = try agent.wait(for: wanted + digest, limit: 10)
        let service = try #require(try network.virtualServers().first)
        #expect(service["instance"] as? String == "balanced" && service["active"] as? Bool == true)
        #expect(service["has_quorum"] as? Bool == false)
        let real = try #require((service["real_servers"] as? [[String: Any]])?.first)
        #expect(real["up"] as? Bool == false && real["weight"] as? Int == 0)
        let checks = try #require(real["checks"] as? [[String: Any]])
        #expect(checks.map { $0["passes"] as? Bool } == [true, false])
        try Data("hello".utf8).write(to: page)
        try agent.wait(for: "10.99.0.3:80 is up", after: seen, limit: 10)
    }
}
