import Testing

@testable import ApusCommands

@Suite("The table of virtual routers")
struct StatusTableTests {
    private static func status(
        _ state: String,
        trackers: String = "[]",
        servers: String = "[]"
    ) throws -> AgentReply {
        let text = """
            {"version":"0.1.0","handing_over":false,"instances":[{"name":"VI_1","interface":"eth0",
            "virtual_router_id":51,"vrrp_version":2,"advert_int":1.000,"state":"\(state)",
            "since":"2026-11-21T06:53:26.789Z","seconds":65.4,"reason":"from backup: pi2 resigned",
            "base_priority":101,"priority":103,"trackers":\(trackers),"addresses":["10.42.0.240/32"],
            "peers":[],"transitions":2,"sent":2,"received":0,"rejected":{}}],
            "virtual_servers":\(servers)}
            """
        return .status(try AgentStatus(json: Array(text.utf8)))
    }

    @Test("shows what counts, in columns")
    func columns() throws {
        let tracker = #"[{"name":"haproxy","weight":2,"passes":true,"part":2}]"#
        let table = StatusTable(replies: [
            ("pi1", try Self.status("master", trackers: tracker)), ("pi2", try Self.status("backup")),
            ("pi3", .absent),
        ])
        #expect(table.problems.isEmpty)
        let lines = table.text.split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("HOST  INSTANCE  STATE "))
        #expect(lines[1].hasPrefix("pi1   VI_1      master  "))
        #expect(lines[1].contains("103 = 101 + 2 haproxy  10.42.0.240/32  from backup: pi2 resigned"))
        #expect(lines.last == "1 of 3 hosts have no agent")
    }

    @Test("shows virtual servers that hosts have, and those without a quorum as problems")
    func servers() throws {
        func server(active: Bool, hasQuorum: Bool, more: String = "") -> String {
            """
            [{"name":"10.42.0.240:80","active":\(active),"back_end":"ip_vs",\(more)
            "quorum":1,"has_quorum":\(hasQuorum),"weight":1,
            "uses_sorry_server":\(!hasQuorum),"real_servers":[{"name":"10.42.0.71:80","up":\(hasQuorum),"checks":[]},
            {"name":"10.42.0.72:80","up":false,"reason":"TCP 10.42.0.72:80: Connection refused","checks":[]}]}]
            """
        }
        let table = StatusTable(replies: [
            ("pi1", try Self.status("master", servers: server(active: true, hasQuorum: true))),
            ("pi2", try Self.status("backup", servers: server(active: false, hasQuorum: false))),
        ])
        #expect(table.problems.isEmpty)
        let lines = table.text.split(separator: "\n").map(String.init)
        let down = "10.42.0.72:80 (TCP 10.42.0.72:80: Connection refused)"
        #expect(lines[4].hasPrefix("pi1   10.42.0.240:80  active   ip_vs  1 of 2 servers "))
        #expect(lines[4].hasSuffix("  \(down)"))
        #expect(lines[5].contains("standby  ip_vs  0 of 2 servers, sorry server  10.42.0.71:80, \(down)"))
        let alone = StatusTable(replies: [
            ("pi1", try Self.status("master", servers: server(active: true, hasQuorum: false)))
        ])
        #expect(alone.problems == ["pi1: 10.42.0.240:80 has too few servers"])
        let failure = #""failure":"cannot add it: No such file","#
        let missing = try [("master", true), ("backup", false)].map { state, active in
            let servers = server(active: active, hasQuorum: true, more: failure)
            return ("pi1", try Self.status(state, servers: servers))
        }
        let problems = StatusTable(replies: missing).problems
        #expect(problems.contains("pi1: 10.42.0.240:80 is not served: cannot add it: No such file"))
        #expect(problems.contains("pi1: 10.42.0.240:80 could not be served: cannot add it: No such file"))
    }

    @Test(
        "finds what is wrong",
        arguments: [
            (["master", "master"], "10.42.0.240/32 has several masters: pi0, pi1"),
            (["backup", "fault"], "10.42.0.240/32 has no master"), ([], "no host runs the VRRP agent"),
        ]
    )
    func problems(states: [String], problem: String) throws {
        let replies = try states.enumerated().map { ("pi\($0.offset)", try Self.status($0.element)) }
        #expect(StatusTable(replies: replies).problems == [problem])
    }
}

@Suite("The answers that `apus vrrp watch` shows")
struct ReplyBoardTests {
    @Test("are the last ones, in the hosts' order, and not older than they can be believed")
    func validity() {
        let board = ReplyBoard(hosts: ["pi1", "pi2"], validity: .seconds(5))
        let start = ContinuousClock.now
        board.note(.failed("away"), of: "pi2", at: start)
        board.note(.absent, of: "pi2", at: start)
        board.note(.absent, of: "pi1", at: start + .seconds(2))
        let seen = board.replies(at: start + .seconds(6))
        #expect(seen.map(\.host) == ["pi1", "pi2"])
        #expect(seen.map(\.reply) == [.absent, .failed("no answer for 6 s")])
    }
}
