import ApusTesting
import HostInventory
import Provisioning
import Testing

@Suite("Words of the command line that mean no task are refused")
struct ChoiceTests {
    let scratch = try! Scratch()

    struct Wrong: CustomTestStringConvertible {
        var only: Set<String> = []
        var skipped: Set<String> = []
        var startAt: String?
        let said: String
        var testDescription: String { said }
    }

    private static let cases = [
        Wrong(only: ["wbe"], said: "no task has the tag «wbe»; did you mean 'web'?"),
        Wrong(skipped: ["x"], said: "no task has the tag «x» (there are: db, web)"),
        Wrong(startAt: "Frist", said: "--start-at: no task is called «Frist»; did you mean 'First'?"),
        Wrong(only: ["web"], skipped: ["web"], said: "--tags, --skip-tags and --start-at leave no task"),
        Wrong(only: ["never"], said: "--tags, --skip-tags and --start-at leave no task"),
        Wrong(only: ["db"], startAt: "Second", said: "--tags, --skip-tags and --start-at leave no task"),
    ]

    private func run(_ options: RunOptions, needingFacts: Bool, without lost: Set<String> = []) async throws
        -> (
            recap: Recap, reporter: CollectingReporter
        )
    {
        let path = scratch.path
        let play = Play("Choose", on: "all") { host in
            let word = needingFacts ? try host.facts.machine : ""
            Act(name: "1 \(word)", script: "touch \(path)/first").named("First").tagged("db")
            Act(name: "2", script: "touch \(path)/second").named("Second").tagged("web")
        }
        let reporter = CollectingReporter()
        let run = Run(
            inventory: try inventory("a\nb\n"),
            connector: LocalConnector(unreachable: lost),
            options: options,
            reporter: reporter
        )
        return (try await run([Playbook("test") { play }]), reporter)
    }

    private func options(_ wrong: Wrong) -> RunOptions {
        var options = RunOptions()
        options.tags = TagSelection(only: wrong.only, skipped: wrong.skipped)
        options.startAt = wrong.startAt
        return options
    }

    @Test("before anything is touched, facts or not", arguments: cases, [false, true])
    func refused(wrong: Wrong, needingFacts: Bool) async throws {
        let error = await #expect(throws: PreflightError.self) {
            _ = try await run(options(wrong), needingFacts: needingFacts)
        }
        #expect(error?.description == wrong.said)
        #expect(scratch.names == [])
    }

    @Test func whatOnlyFactsTellIsFound() async throws {
        var options = RunOptions()
        options.tags.only = ["web"]
        let (recap, reporter) = try await run(options, needingFacts: true)
        #expect(recap.exitStatus == 0, "\(reporter.notices)")
        #expect(scratch.names == ["second"])
    }

    @Test func aHostThatCannotBeAskedLeavesItToTheEnd() async throws {
        var options = RunOptions()
        options.tags.skipped = ["dbs"]
        let (recap, reporter) = try await run(options, needingFacts: true, without: ["b"])
        #expect(recap.choseWrongly)
        #expect(reporter.notices.last == "no task has the tag «dbs»; did you mean 'db'?")
        #expect(scratch.names == ["first", "second"])
    }
}
