import ApusTesting
import HostInventory
import Provisioning
import Testing

@Suite("What a step warns of reaches people")
struct StepWarningTests {
    private struct Warning: Resource {
        let name = "warning"
        let action: Step.Action
        var isAction: Bool { true }
        var probe: Probe<Void> { .constant(()) }

        func plan(from state: Void) -> Plan { .change([Step(name, action)], Difference()) }
    }

    private static let script = """
        \(Step.warnFunction)
        echo a word on the side >&2
        warn "it's nearly full"
        """

    private static let upload = Upload(into: "cat >/dev/null; \(script)", size: 0) {
        AnyIterator { nil }
    }

    @Test("where the step succeeds", arguments: [Step.Action.script(script), .upload(upload)])
    func success(action: Step.Action) async throws {
        let play = Play("Warn", on: "all") { _ in Warning(action: action) }
        let reporter = try await run(play, on: try inventory("one\n")).reporter
        #expect(reporter.results(of: "one").map(\.outcome) == [.changed])
        #expect(reporter.notices == ["warning: it's nearly full"])
    }

    @Test func whereTheStepFailsAndThenNotAsItsReason() async throws {
        let play = Play("Warn", on: "all") { _ in Warning(action: .script(Self.script + "; exit 3")) }
        let reporter = try await run(play, on: try inventory("one\n")).reporter
        #expect(
            reporter.results(of: "one").map(\.outcome) == [.failed("warning: status 3: a word on the side")]
        )
        #expect(reporter.notices == ["warning: it's nearly full"])
    }
}
