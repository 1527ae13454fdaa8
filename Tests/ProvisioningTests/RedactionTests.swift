import ApusTesting
import Foundation
import HostInventory
import Testing

@testable import Provisioning

@Suite("Known secrets are taken out of what is reported")
struct RedactionTests {
    @Test(
        "in the forms in which programs write them",
        arguments: [
            ("it's", "an it's.", "an «hidden»."),
            ("it's", #"echo 'it'\''s'"#, "echo '«hidden»'"),
            ("a\"b\\c", #"{"x": "a\"b\\c"}"#, #"{"x": "«hidden»"}"#),
            ("hunter2", "68756e74657232 68756E74657232", "«hidden» «hidden»"),
            ("a b/ü", "x=a%20b%2F%C3%BC", "x=«hidden»"),
            ("hunter22", "aHVudGVyMjI= aHVudGVyMjIK", "«hidden»= «hidden»"),
            ("hunter22", "Basic YXBwOmh1bnRlcjIy", "Basic YXBwOm«hidden»"),
            ("hunter22", "Basic bWU6aHVudGVyMjJ4", "Basic bWU6«hidden»J4"),
            ("hunter22", "Basic YTpodW50ZXIyMkBkYg==", "Basic YTp«hidden»kBkYg=="),
            ("hunter2\n", "hunter2", "«hidden»"),
            ("-----KEY-----\nMIIE\nx=", "MIIE\n-----KEY-----\nx=", "«hidden»\n«hidden»\nx="),
            ("abc", "abc is too short", "abc is too short"),
            ("nothing", "stays", "stays"),
            ("", "stays", "stays"),
        ]
    )
    func forms(secret: String, text: String, expected: String) {
        #expect(Redaction([Secret(secret)])(text) == expected)
    }

    @Test(
        "also where a line is cut in the middle of one",
        arguments: [
            ("logging in as hun", "logging in as hun"), ("logging in as hunt", "logging in as «hidden»"),
            ("er22 is it", "«hidden» is it"), ("hunter22 hunter", "«hidden» «hidden»"),
            ("r22 is it", "r22 is it"), ("", ""), ("hunter", "«hidden»"),
        ]
    )
    func fragments(text: String, expected: String) {
        #expect(Redaction(["hunter22"]).fragment(text) == expected)
    }

    @Test func whatASecretWasMadeOfIsOneToo() throws {
        let address: Secret = "postgres://app:\("hunter2" as Secret)@db"
        let value: EnvironmentValue = "\(address)?timeout=\(5)"
        let redaction = Redaction([try #require(value.secret)])
        #expect(redaction("app sent hunter2 to db at timeout=5") == "app sent «hidden» to db at timeout=5")
    }

    @Test func theLongerSecretWins() {
        let redaction = Redaction(["pass", "password", "word"])
        #expect(redaction("password passphrase words") == "«hidden» «hidden»phrase «hidden»s")
    }

    /// Secrets by where they come from; `words` is what a step writes.
    @Test(
        "whatever brings them to the reporter",
        arguments: [
            "echo from-inventory >&2; exit 1", "printf %s from-step | base64 >&2; exit 1",
            "echo \"$TOKEN\" >&2; exit 1", "echo 'apus-warning: from-step' >&2", "echo from-step; sleep 0.1",
        ],
        [false, true]
    )
    func inARun(script: String, isJob: Bool) async throws {
        let scratch = try Scratch()
        let reporter = CollectingReporter()
        var options = RunOptions()
        options.jobFolder = scratch.path + "/jobs"
        let play = Play("Tell", on: "all") { _ in
            Telling(name: "from-inventory", script: script, isJob: isJob)
                .exporting(["TOKEN": "\("from-task" as Secret)"])
        }
        _ = try await Run(
            inventory: try inventory("one its_password=from-inventory\n"),
            connector: LocalConnector(),
            options: options,
            reporter: reporter
        )([Playbook("test") { play }])
        let told = reporter.events.map { "\($0)" }.joined(separator: "\n")
        for secret in ["from-inventory", "from-step", "from-task", "ZnJvbS1zdGVw"] {
            #expect(!told.contains(secret), "\(told)")
        }
        #expect(told.contains("«hidden»"))
    }

    @Test func theSecretsOfOneHostAreNotThoseOfAnother() async throws {
        let reporter = try await run(
            Play("Tell", on: "all") { _ in Act(name: "tell", script: "echo shared-word >&2; exit 1") },
            on: try inventory("one its_password=shared-word\ntwo\n")
        ).reporter
        #expect(reporter.results(of: "one")[0].outcome == .failed("tell: status 1: «hidden»"))
        #expect(reporter.results(of: "two")[0].outcome == .failed("tell: status 1: shared-word"))
    }

    @Test func aJobsEnvironmentIsNotOnTheDisk() async throws {
        let scratch = try Scratch()
        var options = RunOptions()
        options.jobFolder = scratch.path + "/jobs"
        let look =
            "echo \"$TOKEN\" >\(scratch.path)/got; grep -rl 'from[-]task' \(scratch.path)/jobs >\(scratch.path)/found"
        let play = Play("Work", on: "all") { _ in
            Telling(name: "work", script: look + "; :", isJob: true)
                .exporting(["TOKEN": "\("from-task" as Secret)"])
        }
        let recap = try await Run(
            inventory: try inventory("one\n"),
            connector: LocalConnector(),
            options: options,
            reporter: CollectingReporter()
        )([Playbook("test") { play }])
        #expect(recap.exitStatus == 0)
        #expect(scratch.read("got") == "from-task\n")
        #expect(scratch.read("found") == "")
    }

    @Test func preflightErrorsToo() async throws {
        let play = Play("Tell", on: "all") { host in
            let word: String = try host.vars["its_password"]
            throw ObservationError("«\(word)» is no good")
        }
        let error = await #expect(throws: PreflightError.self) {
            try await run(play, on: try inventory("one its_password=from-inventory\n"))
        }
        #expect(error?.description.contains("«\(Secret.placeholder)» is no good") == true)
    }
}

/// Runs a script that gets a secret.
private struct Telling: Resource {
    let name: String
    let script: String
    let isJob: Bool
    var isAction: Bool { true }
    var probe: Probe<Void> { .constant(()) }

    func plan(from state: Void) -> Plan {
        var step = Step.script("tell \(name)", script).hiding(["from-step"])
        step.isJob = isJob
        return .change([step], Difference([.attribute("from-step", from: "from-inventory", to: "x")]))
    }
}
