import ApusTesting
import HostInventory
import Testing

@testable import Provisioning

@Suite("A saved plan is known again, and holds the run to what it says")
struct PlanTests {
    let scratch = try! Scratch()
    private let key = FingerprintKey(FingerprintKey.randomBytes(), salt: "test")

    private func play(_ text: String = "new") -> Play {
        let path = scratch.path
        return Play("Configure", on: "all") { _ in
            Note(path: "\(path)/same", text: "same")
            Note(path: "\(path)/config", text: text).notify(
                Handler("Reload") { Act(name: "reload", script: "touch \(path)/reloaded") }
            )
        }
    }

    private func perform(
        _ play: Play,
        plan: RunPlan? = nil,
        by connector: LocalConnector = LocalConnector()
    ) async throws -> (plan: RunPlan, recap: Recap) {
        var options = RunOptions()
        options.check = plan == nil
        options.previewKey = key
        options.plan = plan
        let reporter = CollectingReporter()
        let recap = try await Run(
            inventory: try inventory("one\n"),
            connector: connector,
            options: options,
            reporter: reporter
        )([Playbook("test") { play }])
        return (reporter.events.reduce(into: RunPlan()) { $0.note($1) }, recap)
    }

    private func plan() async throws -> RunPlan {
        try scratch.write("same", "same\n")
        try scratch.write("config", "old\n")
        return try await perform(play()).plan
    }

    @Test func whatHasNotMovedIsDone() async throws {
        let plan = try await plan()
        #expect(plan.differences(from: try await perform(play()).plan) == [])
        #expect(try await perform(play(), plan: plan).recap.exitStatus == 0)
        #expect(scratch.read("config") == "new\n")
        #expect(scratch.names.contains("reloaded"))
    }

    @Test(
        "what has moved is named, with its host",
        arguments: [
            ("config", "altered\n", "new", "config]: its state has moved since the plan was made"),
            (
                "config", "new\n", "new",
                "config]: the plan says that it would change, and now it stays as it is"
            ),
            (
                "same", "altered\n", "new",
                "same]: the plan says that it stays as it is, and now it would change"
            ),
            (
                "config", "old\n", "other",
                "config]: it would now be changed in another way than the plan says"
            ),
        ]
    )
    func moved(file: String, content: String, text: String, expected: String) async throws {
        let plan = try await plan()
        try scratch.write(file, content)
        let differences = plan.differences(from: try await perform(play(text)).plan)
        #expect(
            differences.contains { $0.hasPrefix("one: Configure / Note[") && $0.hasSuffix(expected) },
            "\(differences)"
        )
    }

    @Test func otherTasksAreAnotherPlan() async throws {
        let plan = try await plan()
        let path = scratch.path
        let other = Play("Configure", on: "all") { _ in Note(path: "\(path)/same", text: "same") }
        let differences = plan.differences(from: try await perform(other).plan)
        #expect(differences.count == 1)
        #expect(differences[0].contains("config]"))
    }

    @Test func aHostThatDoesNotAnswerIsADifferenceToo() async throws {
        let plan = try await plan()
        let lost = LocalConnector(unreachable: ["one"])
        let differences = plan.differences(from: try await perform(play(), by: lost).plan)
        #expect(differences.first == "one: no answer from one", "\(differences)")
    }

    @Test("what moves after the look is not touched", arguments: ["same", "config"])
    func race(file: String) async throws {
        let plan = try await plan()
        try scratch.write(file, "altered\n")
        #expect(try await perform(play(), plan: plan).recap.exitStatus == 2)
        #expect(scratch.read(file) == "altered\n")
        #expect(!scratch.names.contains("reloaded"))
    }

    /// RFC 4231 §4.2 and §4.3.
    @Test(
        "fingerprints are HMAC-SHA-256",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
        ]
    )
    func messageCode(key: [UInt8], text: String, code: String) {
        #expect(MessageCode.hexadecimal(of: Array(text.utf8), key: key) == code)
    }

    @Test func whoHasNotTheKeyCannotTellWhatWasDigested() {
        let bytes = FingerprintKey.randomBytes()
        let fingerprint = FingerprintKey(bytes, salt: "one").fingerprint(of: "1234")
        #expect(fingerprint == FingerprintKey(bytes, salt: "one").fingerprint(of: "1234"))
        #expect(fingerprint != FingerprintKey(bytes, salt: "two").fingerprint(of: "1234"))
        #expect(
            fingerprint != FingerprintKey(FingerprintKey.randomBytes(), salt: "one").fingerprint(of: "1234")
        )
    }

    @Test func anotherContentOfAnUploadIsAnotherChange() throws {
        func preview(_ identity: String) throws -> Preview {
            let upload = Upload(into: "cat", size: 1, identity: { identity }) { AnyIterator { nil } }
            return try Preview(
                Change(steps: [Step("write", .upload(upload))], difference: Difference()),
                from: "",
                key: key
            )
        }
        #expect(try preview("a").isSame(as: preview("a")))
        #expect(try !preview("a").isSame(as: preview("b")))
    }

    @Test func theSameValueHasTheSameTextInEveryProcess() {
        struct State {
            var name: String?
            var labels: [String: Int]
            var secret: Secret
        }
        let labels = Dictionary(uniqueKeysWithValues: (0..<50).map { ("key\($0)", $0) })
        let reordered = Dictionary(uniqueKeysWithValues: (0..<50).reversed().map { ("key\($0)", $0) })
        let text = canonicalText(State(name: "x", labels: labels, secret: "hush"))
        #expect(text == canonicalText(State(name: "x", labels: reordered, secret: "hush")))
        #expect(!text.contains("hush"))
        #expect(text != canonicalText(State(name: nil, labels: labels, secret: "hush")))
    }
}
