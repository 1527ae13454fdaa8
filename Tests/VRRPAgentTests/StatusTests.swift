import CLinux
import Foundation
import Testing
import VRRP

@testable import apus_vrrpd

@Suite("Status", .serialized, .enabled(if: canUseNamespaces, "needs root and network namespaces"))
struct StatusTests {
    let network: TestNetwork

    init() throws {
        network = try TestNetwork(nodes: ["a", "b", "c"])
        for node in ["a", "b"] { try network.setHealthy(node, true) }
    }

    private func start(_ node: String, _ priority: Int, until line: String) throws -> AgentProcess {
        let configuration = try network.configuration(node, state: "BACKUP", priority: priority)
        let agent = try AgentProcess(in: network.namespace(node), configuration: configuration)
        try agent.wait(for: line, limit: 6)
        return agent
    }

    private func ask(_ node: String, _ words: [String], expecting status: Int32 = 0) throws -> String {
        try run(
            ["ip", "netns", "exec", network.namespace(node), agentPath] + words,
            expecting: status
        ).output
    }

    private func instance(_ node: String) throws -> [String: Any] {
        let json = try JSONSerialization.jsonObject(with: Data(ask(node, ["status", "--json"]).utf8))
        let report = try #require(json as? [String: Any])
        return try #require((report["instances"] as? [[String: Any]])?.first)
    }

    @Test("says state, reason, priority and its parts, peers and counters")
    func status() throws {
        let a = try start("a", 101, until: "backup → master")
        let b = try start("b", 100, until: "priority 100 → 102")
        // The backup's answer has the master as its peer once it has heard an advertisement.
        var peers: [[String: Any]] = []
        let deadline = Date(timeIntervalSinceNow: 5)
        while peers.isEmpty, Date() < deadline {
            peers = try instance("b")["peers"] as? [[String: Any]] ?? []
        }
        #expect(peers.first?["address"] as? String == "10.99.0.1")
        #expect(peers.first?["priority"] as? Int == 103)
        let shown = try instance("a")
        #expect(shown["state"] as? String == "master" && shown["priority"] as? Int == 103)
        #expect((shown["reason"] as? String)?.hasPrefix("from backup: no advertisement") == true)
        #expect(shown["addresses"] as? [String] == ["10.99.0.240/32"])
        let next = try #require(shown["next_seconds"] as? Double)
        #expect((0...1).contains(next) && shown["advert_int"] as? Double == 1)
        #expect(shown["transitions"] as? Int == 2 && shown["received"] as? Int == 0)
        #expect((try instance("b")["received"] as? Int ?? 0) > 0)
        let trackers = try #require(shown["trackers"] as? [[String: Any]])
        #expect(trackers.count == 1)
        let tracker = try #require(trackers.first)
        #expect(tracker["name"] as? String == "check_haproxy" && tracker["part"] as? Int == 2)
        #expect(try ask("a", ["status"]).contains("priority 103 = 101 + 2 (check_haproxy passes)"))
        let prometheus = try ask("a", ["status", "--prometheus"])
        #expect(prometheus.contains("apus_vrrp_state{instance=\"haproxy\",state=\"master\"} 1\n"))
        #expect(try ask("c", ["status"], expecting: 1).contains("cannot ask the agent"))
        try network.setHealthy("a", false)
        try a.wait(for: "priority 103 → 101", limit: 5)
        let failing = try #require((try instance("a")["trackers"] as? [[String: Any]])?.first)
        #expect(failing["passes"] as? Bool == false && failing["part"] as? Int == 0)
        #expect(failing["weight"] as? Int == 2)
        #expect(try ask("a", ["status"]).contains("priority 101 = 101 + 0 (check_haproxy fails)"))
        #expect(a.lines.count > 1 && b.lines.count > 1)
    }

    @Test("counts what is no valid advertisement by its cause, at the router that it names")
    func rejected() throws {
        let filter = """
            table ip t {
                chain c {
                    type filter hook input priority 0;
                    ip protocol 112 ip ttl set 254
                }
            }
            """
        let rules = network.directory.appendingPathComponent("rules")
        try Data(filter.utf8).write(to: rules)
        try run(["ip", "netns", "exec", network.namespace("b"), "nft", "-f", rules.path])
        let b = try start("b", 100, until: "init → backup")
        let a = try start("a", 101, until: "backup → master")
        let cause = Rejection.hopLimit.description
        try b.wait(for: "haproxy: rejected an advertisement from 10.99.0.1: \(cause) (1 so far)", limit: 5)
        let counts = try #require(try instance("b")["rejected"] as? [String: Int])
        #expect(counts.keys.sorted() == [cause] && (counts[cause] ?? 0) > 0)
        let metric = "apus_vrrp_advertisements_rejected_total{instance=\"haproxy\",cause=\"\(cause)\"} "
        #expect(try ask("b", ["status", "--prometheus"]).contains(metric))
        #expect(a.lines.count > 1)
    }

    @Test("a hand-over moves the address without a lost probe, and lasts until resume")
    func handOver() throws {
        let a = try start("a", 101, until: "backup → master")
        let b = try start("b", 100, until: "priority 100 → 102")
        let places = try ["a", "b"].map { try AddressMonitor(in: network.namespace($0)) }
        let probes = Process()
        let output = Pipe()
        probes.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        probes.arguments = [
            "ip", "netns", "exec", network.namespace("c"),
            "ping", "-q", "-i", "0.002", "-c", "1000", "-W", "1", "10.99.0.240",
        ]
        probes.standardOutput = output
        try probes.run()
        #expect(try ask("a", ["handover"]).contains("handing over"))
        let seen = try a.wait(for: "master → backup: priority 102 of 10.99.0.2 beats own 1", limit: 3)
        try b.wait(for: "backup → master", limit: 1)
        let shown = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(shown.contains("1000 packets transmitted, 1000 received"), "\(shown)")
        // 200 ms, less what a busy machine needs from b's advertisement to its address; without it there is 1 ms.
        let gone = try places[0].wait(for: "10.99.0.240", gone: true)
        let came = try places[1].wait(for: "10.99.0.240", gone: false)
        #expect(gone.timeIntervalSince(came) > 0.05)
        #expect(try network.holdsAddress("b") && !network.holdsAddress("a"))
        let standingBack = try instance("a")
        #expect(standingBack["priority"] as? Int == 1)
        #expect((standingBack["trackers"] as? [[String: Any]])?.last?["name"] as? String == "hand-over")
        #expect(try !ask("a", ["resume"]).contains("handing over"))
        try a.wait(for: "backup → master: own priority 103 beats 102", after: seen, limit: 6)
    }

    @Test("answers JSON strings that hold anything")
    func escaping() throws {
        var writer = JSONWriter()
        writer.object {
            $0.field("a\"\\b", "x\ny\"\\é")
            $0.array("n") { $0.element("1") }
            $0.object("empty") { _ in }
            $0.field("none", nil)
            $0.field("seconds", .milliseconds(1050))
        }
        let read = try JSONSerialization.jsonObject(with: Data(writer.text.utf8)) as? [String: Any]
        #expect(read?["a\"\\b"] as? String == "x y\"\\é")
        #expect(read?["seconds"] as? Double == 1.05 && read?["none"] is NSNull)
        #expect(read?["n"] as? [String] == ["1"] && (read?["empty"] as? [String: Any])?.isEmpty == true)
    }
}
