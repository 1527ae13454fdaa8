import Apus
import Roles
import Testing

@testable import Provisioning

@Suite("Gates of the roles")
struct GateTests {
    private func verdict(of gate: Gate, on answers: [ShellOutput]) -> Gate.Verdict {
        gate.verdict(answers.enumerated().map { Gate.Answer(host: "h\($0)", result: .success($1)) })
    }

    private static func agent(_ state: String, _ priority: Int) -> ShellOutput {
        ShellOutput(#"{"instances":[{"state":"\#(state)","priority":\#(priority),"name":"v"}]}"#)
    }

    @Test(
        "agents have settled where the best of them is master",
        arguments: [
            ([agent("master", 103), agent("backup", 102)], Gate.Verdict.open(what: "h0")),
            ([agent("master", 103), agent("fault", 105)], .open(what: "h0")),
            ([ShellOutput(), ShellOutput()], .open()),
            (
                [agent("master", 102), agent("backup", 103)],
                .shut(seen: "h0 is master with priority 102, h1 is backup with priority 103")
            ),
            (
                [agent("master", 103), agent("master", 102)],
                .shut(seen: "h0 is master with priority 103, h1 is master with priority 102")
            ),
            ([ShellOutput(), agent("backup", 1)], .shut(seen: "h1 is backup with priority 1")),
            (
                [agent("master", 103), ShellOutput(status: 1, errors: Array("cannot ask the agent".utf8))],
                .shut(seen: "h1: status 1: cannot ask the agent")
            ),
        ]
    )
    func settled(answers: [ShellOutput], expected: Gate.Verdict) {
        #expect(verdict(of: VRRPAgent.isSettled(on: "all"), on: answers) == expected)
    }

    @Test(
        "a backend is served where HAProxy's checks of it pass",
        arguments: [
            ("state page 2 0\nrequests page 4\n", Gate.Verdict.open()),
            ("", .open()),
            ("state page 0 0\nrequests page 0\n", .shut(seen: "h0: page is in, not well, 0 requests")),
            ("state page 2 8\nrequests page 1\n", .shut(seen: "h0: page is out, well, 1 requests")),
            ("state other 2 0\n", .shut(seen: "h0: HAProxy knows no server «page»")),
        ]
    )
    func serves(shown: String, expected: Gate.Verdict) {
        #expect(verdict(of: DockerBalancer.serves("page", on: "all"), on: [ShellOutput(shown)]) == expected)
    }

    @Test(
        "a balancer answers where it says 200",
        arguments: [
            ("HTTP/1.1 200 OK\r\n", Gate.Verdict.open()), ("", .open()),
            ("nothing\n", .shut(seen: "h0: it answers «nothing»")),
            (
                "HTTP/1.0 503 Service Unavailable\n",
                .shut(seen: "h0: it answers «HTTP/1.0 503 Service Unavailable»")
            ),
        ]
    )
    func answers(shown: String, expected: Gate.Verdict) {
        #expect(verdict(of: DockerBalancer.answers(on: "all"), on: [ShellOutput(shown)]) == expected)
    }
}
