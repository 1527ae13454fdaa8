import CLinux
import Foundation
import Testing

@testable import apus_vrrpd

// The parts of the kernel that spread connections.
extension LoadBalancingTests {
    @Test(
        "what needs ip_vs is an error of its service alone where the kernel has none",
        .enabled(if: kernelLacksIPVS, "this kernel has ip_vs")
    )
    func missingIPVS() throws {
        let network = try BalancedNetwork(servers: ["a", "b"])
        try network.addAddress("10.99.0.240/32", to: "director")
        let able = network.virtualServer("10.99.0.", ["", ""], "lb_algo rr")
        let unable = network.virtualServer("fd99::", ["", ""], "lb_algo wlc")
        let standby = network.virtualServer("10.99.0.", ["", ""], "lb_algo lc")
            .replacing("virtual_server 10.99.0.240", with: "virtual_server 10.99.0.241")
        let backup = """
            vrrp_instance backup {
                version 3
                interface eth0
                virtual_router_id 51
                advert_int 40
                virtual_ipaddress {
                    10.99.0.241
                }
            }
            """
        let agent = try network.startAgent([able, unable, standby, backup].joined(separator: "\n"))
        defer { agent.signal(SIGTERM) }
        let error =
            "cannot spread the connections of [fd99::240]:80 10.99.0.241:80, which needs ip_vs: No such file"
        try agent.wait(for: "load balancing: by nf_tables, as --no-ipvs says", limit: 5)
        try agent.wait(for: error, limit: 5)
        #expect(try eventually { try Set(network.answers(2)) == ["a", "b"] })
        let shown = try network.status()
        for line in ["is not served: \(error)", "could not be served here: \(error)"] {
            #expect(shown.contains("\n  \(line)"), "\(shown)")
        }
        let metric = #"apus_vrrp_back_end_works{virtual_server="10.99.0.241:80",back_end="ip_vs"} 0"#
        #expect(try network.status("--prometheus").contains(metric))
        let servers = try network.virtualServers()
        #expect(servers.map { $0["back_end"] as? String } == ["nf_tables", "ip_vs", "ip_vs"])
        let failures = servers.map { $0["failure"] as? String }
        #expect(failures.map { $0?.hasPrefix(error) } == [nil, true, true])
        #expect((servers[1]["remedy"] as? String)?.hasPrefix("modprobe ip_vs") == true)
    }

    @Test("administrators see the rules", arguments: ["NAT", "DR", "NAT\n persistence_timeout 60"])
    func listing(kind: String) throws {
        let network = try BalancedNetwork(servers: ["a", "b"])
        let agent = try network.direct(["", ""], "lb_kind \(kind)\n lb_algo rr")
        defer { agent.signal(SIGTERM) }
        let director = network.network.namespace("director")
        let list = ["ip", "netns", "exec", director, "nft", "list", "ruleset"]
        #expect(try eventually { try run(list).output.contains("10.99.0.4") })
    }

    @Test("leaves no table behind", arguments: [SIGTERM, SIGKILL])
    func end(signal: Int32) throws {
        let network = try BalancedNetwork(servers: ["a", "b"])
        let agent = try network.direct(["", ""], "lb_kind NAT\n lb_algo rr")
        #expect(try network.ask() != nil)
        agent.signal(signal)
        _ = agent.wait()
        var socket = try network.netfilterSocket()
        // While a guardian has it, it is nobody else's.
        #expect(eventually { (try? socket.remove(family: LINUX_NFPROTO_IPV4)) == false })
    }

    @Test("a kernel that refuses is an error of the service, and not the end of VRRP")
    func refusal() throws {
        let network = try BalancedNetwork(servers: ["a", "b"])
        var socket = try network.netfilterSocket()
        var table = NetfilterTable(family: LINUX_NFPROTO_IPV4)
        table.addChain("other")
        var rule = NetfilterRule()
        rule.accept()
        table.addRule(to: "other", rule)
        try socket.replace(table, "own the table")
        let agent = try network.direct(["", ""], "lb_kind NAT\n lb_algo rr")
        try agent.wait(for: "nf_tables: cannot remove the table apus-vrrpd", limit: 5)
        #expect(try network.network.holdsAddress("director"))
        #expect(try network.ask() == nil)
        let server = try #require(try network.virtualServers().first)
        #expect(server["back_end"] as? String == "nf_tables")
        let failure = "cannot remove the table apus-vrrpd: Operation not permitted"
        #expect(server["failure"] as? String == failure)
        _ = try socket.remove(family: LINUX_NFPROTO_IPV4)
        // A change is told at once, and waits for no next try.
        network.stop("b")
        try agent.wait(for: "nf_tables: works again", limit: 5)
        #expect(try eventually { try network.answers(2) == ["a", "a"] })
        #expect(try network.virtualServers().first?["failure"] == nil)
        agent.signal(SIGTERM)
        #expect(agent.wait() == 0)
    }
}

private let kernelLacksIPVS: Bool = {
    do throws(SystemError) {
        _ = try IPVSSocket()
        return false
    } catch {
        return true
    }
}()
