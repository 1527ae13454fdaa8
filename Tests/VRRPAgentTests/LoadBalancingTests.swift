import Foundation
import Testing

@Suite("Load balancing", .enabled(if: canUseNamespaces, "needs root and network namespaces"))
struct LoadBalancingTests {
    /// Of two servers, the second with the weight 2, how many of six connections each gets.
    @Test(
        "spreads connections",
        arguments: ["NAT", "DR"],
        [("rr", [3, 3]), ("wrr", [2, 4]), ("sh", [6]), ("rr\n persistence_timeout 60", [6])]
    )
    func algorithms(kind: String, algorithm: (name: String, counts: [Int])) throws {
        let network = try BalancedNetwork(servers: ["a", "b"])
        if kind == "DR" { try network.acceptVirtualAddress(["a", "b"]) }
        let agent = try network.direct(
            ["weight 1", "weight 2"],
            "lb_kind \(kind)\n lb_algo \(algorithm.name)"
        )
        defer { agent.signal(SIGTERM) }
        let answers = try network.answers(6)
        let counts = Dictionary(grouping: answers) { $0 }.values.map(\.count)
        #expect(counts.sorted() == algorithm.counts, "\(answers)")
    }

    @Test(
        "a dead server leaves, and comes back; without any the sorry server answers",
        arguments: ["NAT", "DR"]
    )
    func health(kind: String) throws {
        let network = try BalancedNetwork(servers: ["a", "b", "sorry"])
        if kind == "DR" { try network.acceptVirtualAddress(["a", "b", "sorry"]) }
        let settings = "lb_kind \(kind)\n lb_algo rr\n sorry_server 10.99.0.5 80"
        let agent = try network.direct(["", ""], settings)
        defer { agent.signal(SIGTERM) }
        #expect(try Set(network.answers(2)) == ["a", "b"])
        network.stop("b")
        var seen = try agent.wait(for: "10.99.0.4:80 is down: Connection refused", limit: 5)
        #expect(try eventually { try network.answers(4) == ["a", "a", "a", "a"] })
        network.stop("a")
        seen = try agent.wait(for: "lost its quorum: the sorry server takes over", after: seen, limit: 5)
        #expect(try eventually { try network.ask() == "sorry" })
        try network.start("a")
        seen = try agent.wait(for: "has a quorum", after: seen, limit: 5)
        #expect(try eventually { try network.ask() == "a" })
        try network.start("b")
        try agent.wait(for: "10.99.0.4:80 is up", after: seen, limit: 5)
        #expect(try eventually { try Set(network.answers(2)) == ["a", "b"] })
    }

    @Test("a group of addresses and ports is one virtual server", arguments: [("NAT", 8080), ("DR", 80)])
    func group(kind: String, secondPort: Int) throws {
        let network = try BalancedNetwork(servers: ["a", "b"])
        let ports = [("10.99.0.240", 80), ("10.99.0.241", secondPort)]
        for (address, _) in ports {
            try network.addAddress("\(address)/32", to: "director")
            if kind == "DR" { try network.acceptVirtualAddress(["a", "b"], "\(address)/32") }
        }
        let lines = ports.map { "\($0) \($1)\n" }.joined()
        let server = network.virtualServer("10.99.0.", ["", ""], "lb_kind \(kind)\n lb_algo rr")
            .replacing("virtual_server 10.99.0.240 80", with: "virtual_server group web")
        let agent = try network.startAgent("virtual_server_group web {\n\(lines)}\n\(server)")
        defer { agent.signal(SIGTERM) }
        let both = ["a", "a", "b", "b"]
        for (address, port) in ports {
            #expect(try eventually { try network.answers(4, address, port: port).sorted() == both })
        }
        network.stop("b")
        try agent.wait(for: "web: 10.99.0.4:80 is down", limit: 5)
        for (address, port) in ports {
            #expect(try eventually { try network.answers(2, address, port: port) == ["a", "a"] })
        }
    }

    @Test("a range of addresses is a group too, the largest one")
    func range() throws {
        let network = try BalancedNetwork(servers: ["a", "b"])
        let server = network.virtualServer("10.99.0.", ["", ""], "lb_algo rr\n persistence_timeout 60")
            .replacing("virtual_server 10.99.0.240 80", with: "virtual_server group all")
        let agent = try network.startAgent("virtual_server_group all {\n10.99.7.0-255 80\n}\n\(server)")
        defer { agent.signal(SIGTERM) }
        let client = network.network.namespace("client")
        try run(["ip", "-n", client, "route", "add", "10.99.7.0/24", "via", "10.99.0.1"])
        for address in ["10.99.7.0", "10.99.7.255"] {
            #expect(try eventually { try network.answers(1, address) != ["nobody"] })
        }
    }

    @Test(
        "marked packets are a virtual server's, whatever their address and port",
        arguments: [
            ("10.99.0.", "", "80"), ("10.99.0.", "\n persistence_timeout 60", ""), ("fd99::", "", ""),
            ("fd99::", "\n persistence_timeout 60", "80"),
        ]
    )
    func marks(prefix: String, settings: String, port: String) throws {
        let network = try BalancedNetwork(servers: ["a", "b"])
        for server in ["a", "b"] { try network.start(server, port: 8080) }
        try network.markPackets(to: [prefix + "240", prefix + "241"], ports: [80, 8080], with: "0x80000007")
        let check = "TCP_CHECK {\n connect_port 80\n connect_timeout 1\n retry 0\n }"
        let text = network.virtualServer(prefix, ["", ""], "lb_algo rr\(settings)", check: check)
            .replacing("virtual_server \(prefix)240 80", with: "virtual_server fwmark 0x80000007")
            .replacing(#/(real_server \S+) 80/#) { "\($0.1) \(port)" }
        let agent = try network.startAgent(text)
        defer { agent.signal(SIGTERM) }
        let targets = [(prefix + "240", 80), (prefix + "241", 8080)]
        #expect(try eventually { try network.ask(targets[0].0) != nil })
        let answers = try targets.flatMap { try network.answers(2, $0.0, port: $0.1) }
        let isPersistent = !settings.isEmpty
        #expect(Set(answers).count == (isPersistent ? 1 : 2) && !answers.contains("nobody"), "\(answers)")
        let (down, up) = answers[0] == "a" ? ("a", "b") : ("b", "a")
        network.stop(down)
        let name = "fwmark 2147483655\(prefix == "fd99::" ? " over IPv6" : "")"
        try agent.wait(for: "\(name): ", limit: 5)
        for (address, port) in targets {
            #expect(try eventually { try network.answers(2, address, port: port) == [up, up] })
        }
        let server = try #require(try network.virtualServers().first)
        #expect(server["name"] as? String == name && server["active"] as? Bool == true)
    }

    @Test("clients of one network are one client where persistence is that coarse", arguments: ["NAT", "DR"])
    func granularity(kind: String) throws {
        let network = try BalancedNetwork(servers: ["a", "b"])
        if kind == "DR" { try network.acceptVirtualAddress(["a", "b"]) }
        let settings = "lb_kind \(kind)\n lb_algo rr\n persistence_timeout 60"
        let agent = try network.direct(["", ""], settings + "\n persistence_granularity 255.255.255.252")
        defer { agent.signal(SIGTERM) }
        let client = network.network.namespace("client")
        let answers = try ["10.99.0.100", "10.99.0.103", "10.99.0.104"].map { source in
            try network.addAddress("\(source)/32", to: "client")
            let route = ["ip", "-n", client, "route", "replace", "10.99.0.240", "dev", "eth0"]
            try run(route + ["src", source])
            return try network.ask() ?? "nobody"
        }
        #expect(answers[0] == answers[1] && Set(answers) == ["a", "b"], "\(answers)")
    }

    @Test(
        "spreads connections over IPv6, for an address that no virtual router has",
        arguments: ["NAT", "DR"]
    )
    func ipv6(kind: String) throws {
        let network = try BalancedNetwork(servers: ["a", "b"])
        // Nothing is sent from it unasked: a server that has it too would answer itself.
        try network.addAddress("fd99::240/128", to: "director", ["preferred_lft", "0"])
        if kind == "DR" { try network.acceptVirtualAddress(["a", "b"], "fd99::240/128") }
        let settings = "lb_kind \(kind)\n lb_algo rr"
        let agent = try network.startAgent(network.virtualServer("fd99::", ["", ""], settings))
        defer { agent.signal(SIGTERM) }
        #expect(try eventually { try network.answers(4, "fd99::240").sorted() == ["a", "a", "b", "b"] })
        network.stop("b")
        try agent.wait(for: "[fd99::4]:80 is down: Connection refused", limit: 5)
        #expect(try eventually { try network.answers(2, "fd99::240") == ["a", "a"] })
    }

    @Test("seed 004: each of two nodes that are servers too, as master, spreads connections over both")
    func seed004() throws {
        let network = try BalancedNetwork(servers: ["other"], port: 22)
        try network.start("director", port: 22)
        for (node, host) in [("client", 1), ("director", 51), ("other", 52)] {
            let address = "192.168.44.\(host)/24"
            try run(["ip", "-n", network.network.namespace(node), "address", "add", address, "dev", "eth0"])
        }
        let first = try network.startSeed004("node01", on: "director")
        try first.wait(for: "backup → master", limit: 10)
        let second = try network.startSeed004("node02", on: "other")
        try second.wait(for: "init → backup", limit: 2)
        let both = ["director", "director", "other", "other"]
        #expect(try eventually { try network.answers(4, "192.168.44.120", port: 22).sorted() == both })
        let director = network.network.namespace("director")
        try run(["ip", "netns", "exec", director, agentPath, "handover"])
        try second.wait(for: "backup → master", limit: 5)
        #expect(try eventually { try network.answers(4, "192.168.44.120", port: 22).sorted() == both })
        for agent in [second, first] { agent.signal(SIGTERM) }
    }
}

extension BalancedNetwork {
    /// The seed's files as printed, but for its script, which tells the kernel what the agent does itself.
    ///
    /// - Parameter seed: "node01" or "node02".
    fileprivate func startSeed004(_ seed: String, on node: String) throws -> AgentProcess {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("inventories/keepalived/\(seed)")
        let folder = network.directory.appendingPathComponent(node)
        let config = folder.appendingPathComponent("config")
        try FileManager.default.createDirectory(at: config, withIntermediateDirectories: true)
        for name in ["keepalived.conf", "config/ssh.conf"] {
            let text = try String(contentsOf: source.appendingPathComponent(name), encoding: .utf8)
            try Data(text.replacing("/etc/keepalived/iptables.sh", with: "/bin/true").utf8)
                .write(to: folder.appendingPathComponent(name))
        }
        let file = folder.appendingPathComponent("keepalived.conf")
        return try AgentProcess(in: network.namespace(node), configuration: file)
    }
}
