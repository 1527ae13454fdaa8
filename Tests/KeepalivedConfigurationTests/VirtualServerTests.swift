import Testing

@testable import KeepalivedConfiguration

@Suite("Virtual servers")
struct VirtualServerTests {
    /// A virtual server that is complete but for `more`, and its real server but for `real`.
    func server(_ more: String = "", real: String = "", lines: String = "lb_algo rr") -> String {
        """
        \(instance(""))
        virtual_server 10.0.0.1 80 {
            protocol TCP
            \(lines)
            \(more)
            real_server 10.0.0.2 80 {
                \(real)
            }
        }
        """
    }

    func read(_ text: String) throws -> VirtualServer {
        try #require(try parse(text).virtualServers.first)
    }

    @Test("what nobody sets is as in keepalived")
    func defaults() throws {
        let server = try read(server(real: "TCP_CHECK {\n }\n MISC_CHECK {\n misc_path \"true x\"\n }"))
        #expect(server.forwarding == .translation && server.quorum == 1 && server.hysteresis == 0)
        #expect(server.sorryServer == nil && server.persistence == nil && !server.notifiesAtEnd)
        let real = try #require(server.realServers.first)
        #expect(real.weight == 1 && !real.isOnlyInhibited)
        #expect(real.checks.map(\.interval) == [.seconds(60), .seconds(60)])
        #expect(real.checks.map(\.timeout) == [.seconds(5), .seconds(60)])
        #expect(real.checks.map(\.retries) == [1, 0])
        #expect(real.checks.map(\.retryDelay) == [.seconds(1), .seconds(1)])
    }

    @Test("settings hold for what is inside, unless that says otherwise")
    func inheritance() throws {
        let server = try read(
            server(
                "delay_loop 3\n retry 5\n alpha\n inhibit_on_failure",
                real:
                    "delay_before_retry 2\n inhibit_on_failure no\n TCP_CHECK {\n retry 0\n connect_port 81\n }"
            )
        )
        let real = try #require(server.realServers.first)
        let check = try #require(real.checks.first)
        #expect(check.interval == .seconds(3) && check.retries == 0 && check.retryDelay == .seconds(2))
        #expect(check.initiallyFails && !real.isOnlyInhibited)
        guard case .tcp(let target) = check.kind else {
            Issue.record("\(check)")
            return
        }
        #expect(target.endpoint.description == "10.0.0.2:81")
    }

    @Test("a port that is left out is the virtual server's, and a bare persistence_timeout six minutes")
    func omissions() throws {
        let server = try read(server("sorry_server 10.0.0.9\n persistence_timeout"))
        #expect(server.sorryServer?.description == "10.0.0.9:80" && server.persistence == .seconds(360))
    }

    @Test(
        "are rendered as they are read",
        arguments: [
            "", "lb_kind DR\n persistence_timeout 60",
            "persistence_timeout 60\n persistence_granularity 255.255.240.0",
            "lb_kind TUN\n lb_algo mh\n mh-port\n ops\n flag-3",
            "quorum 1\n hysteresis 1\n quorum_up \"/bin/true a\" root",
            "ip_family inet\n sorry_server 10.0.0.9 80\n omega\n alpha\n delay_loop 0.5",
        ]
    )
    func rendering(more: String) throws {
        let checks =
            "weight 5\n notify_down /bin/false\n TCP_CHECK {\n connect_timeout 2\n }\n"
            + "MISC_CHECK {\n misc_path \"true x\"\n user nobody\n }\n"
            + "HTTP_GET {\n bindto 10.0.0.4\n url { path \"/x?y=#z\" virtualhost h status_code 200 }\n url { path / }\n }"
        let once = try parse(server(more, real: checks)).rendered()
        #expect(try parse(once).rendered() == once)
        #expect(once.contains("virtual_server 10.0.0.1 80 {"))
    }

    @Test("schedulers and their flags have the kernel's names and bits")
    func schedulers() throws {
        for name in VirtualServer.Scheduler.names {
            let server = try read(server(lines: "lb_algo \(name)\n mh-fallback\n sh-port"))
            #expect(server.scheduler.name == name && server.flags == [.first, .second])
        }
    }

    @Test(
        "errors name place and remedy",
        arguments: [
            (
                "lb_algo lcw", "",
                "k.conf:11:13: 'lb_algo' of this agent knows rr wrr sh lc wlc lblc lblcr dh mh sed nq fo ovf twos, "
                    + "found 'lcw'"
            ),
            ("", "", "k.conf:9:1: this virtual_server has no 'lb_algo'; keepalived takes wlc"),
            (
                "lb_algo rr\n lb_kind FULLNAT", "",
                "k.conf:12:10: 'lb_kind' of this agent knows NAT DR TUN, found 'FULLNAT'"
            ),
            (
                "lb_algo rr\n delay_lop 3", "",
                "k.conf:12:2: unknown keyword 'delay_lop' in virtual_server; did you mean 'delay_loop'?"
            ),
            ("lb_algo rr", "DNS_CHECK {\n }", "k.conf:14:9: 'DNS_CHECK' is not supported by this agent yet"),
            ("lb_algo rr\n quorum 2", "", "its servers' weights never reach the quorum 2"),
            ("lb_algo rr\n delay_loop 0", "", "'delay_loop' wants seconds from 0.001 to 86400, found '0'"),
            ("lb_algo rr\n lb_kind DR\n sorry_server 10.0.0.9 81", "", "with 'lb_kind DR' the port stays 80"),
            (
                "lb_algo rr\n lb_kind TUN\n sorry_server 10.0.0.9 81", "",
                "with 'lb_kind TUN' the port stays 80"
            ),
            (
                "lb_algo rr\n ip_family inet6", "",
                "k.conf:12:2: virtual_server 10.0.0.1:80 is not of the family 'inet6'"
            ),
            ("lb_algo rr\n ip_family ipx", "", "'ip_family' of this agent knows inet inet6, found 'ipx'"),
            ("lb_algo rr", "weight 1001", "'weight' wants a number from 0 to 1000, found '1001'"),
            ("lb_algo rr\n sorry_server fe80::1", "", "[fe80::1]:80 is of another address family"),
            ("lb_algo rr", "MISC_CHECK {\n }", "this MISC_CHECK has no 'misc_path' to run"),
        ]
    )
    func errors(lines: String, real: String, error: String) {
        let found = KeepalivedConfigurationTests.errors(in: server(real: real, lines: lines))
        #expect(found.contains(error), "\(found)")
    }

    private func requests(_ real: String, more: String = "") throws -> [HTTPRequest] {
        try read(server(more, real: real)).realServers.flatMap { $0.checks }.map { check in
            guard case .http(_, let request) = check.kind else {
                throw ConfigurationErrors([ConfigurationError("not HTTP: \(check)", at: .none)])
            }
            return request
        }
    }

    @Test("each url of HTTP_GET is a check, with the connection and the settings of all")
    func webChecks() throws {
        let settings =
            "connect_ip 10.0.0.7\n connect_port 8080\n bindto 10.0.0.3\n"
            + "nb_get_retry 3\n connect_timeout 2\n warmup 1"
        let urls = "url {\n path /\n }\n url { path /b status_code 204 301-302 }"
        let text = server(real: "HTTP_GET {\n \(settings)\n \(urls)\n }")
        let checks = try read(text).realServers.flatMap { $0.checks }
        #expect(checks.map(\.retries) == [3, 3] && checks.map(\.timeout) == [.seconds(2), .seconds(2)])
        #expect(checks.map(\.retryDelay) == [.seconds(3), .seconds(3)])
        for check in checks {
            guard case .http(let connection, _) = check.kind else { Issue.record("\(check)"); continue }
            #expect(connection.endpoint.description == "10.0.0.7:8080")
            #expect(connection.source?.description == "10.0.0.3")
        }
    }

    @Test("the nearest virtualhost counts, and without a status_code any success does")
    func requests() throws {
        let digest = "5D41402ABC4B2A76B9719D911017C592"
        let own = "url {\n path /a\n virtualhost own\n digest \(digest)\n }"
        let found = try requests(
            "virtualhost real\n HTTP_GET {\n \(own)\n url {\n path /b\n status_code 200 404-410\n }\n }",
            more: "virtualhost virtual"
        )
        #expect(found.map(\.path) == ["/a", "/b"] && found.map(\.virtualHost) == ["own", "real"])
        #expect(found.map(\.statusCodes) == [[200...299], [200...200, 404...410]])
        #expect(found.map(\.digest) == [digest.lowercased(), nil])
        let plain = try requests("HTTP_GET {\n url {\n path /\n }\n }")
        #expect(plain.map(\.virtualHost) == [nil])
    }

    @Test(
        "errors of HTTP checks name place and remedy",
        arguments: [
            ("SSL_GET {\n }", "k.conf:14:9: this agent has no TLS for 'SSL_GET': use a MISC_CHECK"),
            ("HTTP_GET {\n }", "k.conf:14:9: this HTTP_GET has no 'url' to ask for"),
            ("HTTP_GET {\n url { }\n }", "k.conf:15:2: this url has no 'path' to ask for"),
            ("HTTP_GET {\n url { path x }\n }", "k.conf:15:13: 'path' wants a path that begins with '/'"),
            ("HTTP_GET {\n url { path \"/a b\" }\n }", "a path that begins with '/', without blanks"),
            ("HTTP_GET {\n url { path / digest 12 }\n }", "wants the 32 hexadecimal digits that genhash"),
            ("HTTP_GET {\n url { path / status_code 99 }\n }", "'status_code' wants codes from 100 to 599"),
            ("HTTP_GET {\n url { path / status_code 300-200 }\n }", "such as 200-299, found '300-200'"),
            ("HTTP_GET {\n url { path / regex x }\n }", "k.conf:15:15: 'regex' is not supported"),
        ]
    )
    func webErrors(real: String, error: String) {
        let found = KeepalivedConfigurationTests.errors(in: server(real: real))
        #expect(found.contains(error), "\(found)")
    }

    @Test("one address and port is one virtual server")
    func twice() {
        let server =
            "virtual_server 10.0.0.1 80 {\n lb_algo rr\n protocol TCP\n real_server 10.0.0.2 80 {\n }\n }\n"
        #expect(
            KeepalivedConfigurationTests.errors(in: instance("") + "\n" + server + server)
                == "k.conf:15:1: virtual_server 10.0.0.1:80 is defined twice"
        )
    }
}
