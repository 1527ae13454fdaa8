import Testing

@testable import KeepalivedConfiguration

// Several addresses, ports and marks.
extension VirtualServerTests {
    private func group(_ lines: String, more: String = "") -> String {
        """
        virtual_server group web {
            protocol TCP
            lb_algo rr
            \(more)
            real_server 10.0.0.9 80 {
            }
        }
        virtual_server_group web {
            \(lines)
        }
        """
    }

    @Test(
        "a group has the addresses and ports of its lines, also on one line, and is rendered",
        arguments: ["10.0.0.1 80\n 10.0.0.2 443", "10.0.0.1 80 10.0.0.2 443 # two"]
    )
    func groups(lines: String) throws {
        let configuration = try parse(group(lines))
        let server = try #require(configuration.virtualServers.first)
        #expect(server.group == "web")
        #expect(server.endpoints.map(\.description) == ["10.0.0.1:80", "10.0.0.2:443"])
        let rendered = configuration.rendered()
        #expect(try parse(rendered).virtualServers.map(\.endpoints) == [server.endpoints])
        #expect(try parse(rendered).rendered() == rendered)
    }

    @Test(
        "ranges have all their addresses, both ends too",
        arguments: [
            ("10.0.0.9-11 80", ["10.0.0.9:80", "10.0.0.10:80", "10.0.0.11:80"]),
            ("10.0.0.255-255 80", ["10.0.0.255:80"]),
            ("fd00::fe-101 80", ["[fd00::fe]:80", "[fd00::ff]:80", "[fd00::100]:80", "[fd00::101]:80"]),
        ]
    )
    func ranges(line: String, endpoints: [String]) throws {
        let text = group(line).replacing(
            "10.0.0.9 80 {",
            with: line.hasPrefix("fd") ? "fd00::9 80 {" : "10.0.0.8 80 {"
        )
        #expect(try read(text).endpoints.map(\.description) == endpoints)
    }

    @Test("marks are a virtual server's own or a group's, and are rendered")
    func marks() throws {
        let own = server(real: "TCP_CHECK {\n connect_port 80\n }")
            .replacing("virtual_server 10.0.0.1 80", with: "virtual_server fwmark 0xffffffff")
            .replacing("real_server 10.0.0.2 80", with: "real_server 10.0.0.2 0")
        for text in [own, group("fwmark 7\n 10.0.0.1 80\n fwmark 0x8")] {
            let configuration = try parse(text)
            let server = try #require(configuration.virtualServers.first)
            #expect(server.marks == (server.group == nil ? [.max] : [7, 8]))
            let rendered = configuration.rendered()
            let again = try #require(try parse(rendered).virtualServers.first)
            #expect(again.marks == server.marks && again.endpoints == server.endpoints)
            #expect(again.realServers.map(\.endpoint) == server.realServers.map(\.endpoint))
            #expect(try parse(rendered).rendered() == rendered)
        }
        #expect(try read(own).realServers.map(\.endpoint.port) == [0])
        let unchecked = own.replacing("connect_port 80", with: "")
        let missing = "k.conf:14:9: this TCP_CHECK has no 'connect_port', and its real_server no port"
        #expect(KeepalivedConfigurationTests.errors(in: unchecked).contains(missing))
        let mixed = own.replacing("real_server", with: "real_server 10.0.0.3 80 {\n }\n real_server")
        let either = "10.0.0.2: either all servers of a mark have a port, or none"
        #expect(KeepalivedConfigurationTests.errors(in: mixed).contains(either))
    }

    @Test(
        "errors of groups name place and remedy",
        arguments: [
            ("", "", "k.conf:8:1: the virtual_server_group 'web' has no address and port"),
            (
                "10.0.0.1", "",
                "k.conf:9:5: wanted an address and a port, or 'fwmark' and a number, found '10.0.0.1'"
            ),
            (
                "fwmark", "",
                "k.conf:9:5: wanted an address and a port, or 'fwmark' and a number, found 'fwmark'"
            ),
            ("fwmark 0", "", "k.conf:9:12: 'fwmark' wants a number from 1 to 4294967295, found '0'"),
            ("fwmark 4294967296", "", "from 1 to 4294967295, found '4294967296'"),
            ("fwmark 0x1g", "", "from 1 to 4294967295, found '0x1g'"),
            ("10.0.0.3-1 80", "", "found '10.0.0.3-1'"),
            ("10.0.0.3-256 80", "", "found '10.0.0.3-256'"),
            ("10.0.0.3- 80", "", "found '10.0.0.3-'"),
            ("fd00::- 80", "", "found 'fd00::-'"),
            ("fd00::1-1:2 80", "", "found 'fd00::1-1:2'"),
            ("fd00::1-101 80", "", "found 'fd00::1-101'"),
            ("10.0.0.1-2 80\n 10.0.0.2 80", "", "virtual_server 10.0.0.2:80 is defined twice"),
            ("fwmark 7\n fwmark 0x7", "", "virtual_server fwmark 7 is defined twice"),
            (
                "10.0.0.1 80", "persistence_timeout 60\n persistence_granularity 255.0.255.0",
                "wants a mask such as 255.255.255.0, or the bits of an IPv6 prefix, found '255.0.255.0'"
            ),
            (
                "10.0.0.1 80", "persistence_timeout 60\n persistence_granularity 64",
                "an address of IPv4 has 32 bits"
            ),
            ("10.0.0.1 80\n fe80::1 80", "", "10.0.0.9:80 is of another address family"),
            ("10.0.0.1 80\n 10.0.0.1 81", "lb_kind DR", "10.0.0.9:80: with 'lb_kind DR' the port stays 81"),
            ("10.0.0.1 80\n 10.0.0.1 80", "", "virtual_server 10.0.0.1:80 is defined twice"),
            ("10.0.0.1 80\n }\n virtual_server_group web {", "", "'web' is defined 2 times"),
            ("10.0.0.1 80\n }\n virtual_server group wbe {\n lb_algo rr", "", "did you mean 'web'?"),
        ]
    )
    func groupErrors(lines: String, more: String, error: String) {
        let found = KeepalivedConfigurationTests.errors(in: group(lines, more: more))
        #expect(found.contains(error), "\(found)")
    }
}
