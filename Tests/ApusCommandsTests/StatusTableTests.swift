import Testing

@testable import ApusCommands

@Suite("The table of virtual routers")
struct StatusTableTests {
    private static func status(_ state: String, trackers: String = "[]") throws -> AgentReply {
        let text = """
            {"version":"0.1.0","handing_over":false,"instances":[{"name":"VI_1","interface":"eth0",
            "virtual_router_id":51,"vrrp_version":2,"advert_int":1.000,"state":"\(state)",
            "since":"2026-11-21T06:53:26.789Z","seconds":65.4,"reason":"from backup: pi2 resigned",
            "base_priority":101,"priority":103,"trackers":\(trackers),"addresses":["10.42.0.240/32"],
            "peers":[],"transitions":2,"sent":2,"received":0,"rejected":{}}]}
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
