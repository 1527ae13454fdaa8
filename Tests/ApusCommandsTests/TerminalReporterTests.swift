import Provisioning
import Synchronization
import Testing

@testable import ApusCommands

/// What `host` has to do, by the headings of its tasks.
private func planned(_ host: String, _ headings: [String]) -> Event {
    let tasks = headings.map { heading in
        let resource = ResourceID(kind: "Test", name: heading)
        let id = TaskID(play: "Test", handler: nil, role: nil, resource: resource, occurrence: 1)
        return PlannedTask(id: id, heading: heading)
    }
    return .planned(host: host, tasks: tasks)
}

@Suite("A run is shown task by task, although hosts go at their own pace")
struct TerminalReporterTests {
    /// What the reporter wrote, without colours.
    private func output(of events: [Event], diff: Bool = false) -> String {
        let written = Mutex("")
        let reporter = TerminalReporter(options: .init(showsDiff: diff)) { text in
            written.withLock { $0 += text }
        }
        for event in events { reporter.report(event) }
        return written.withLock { $0 }.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    }

    private func done(
        _ host: String,
        _ task: Int,
        _ outcome: TaskResult.Outcome,
        _ difference: Difference = .init()
    ) -> Event {
        .taskFinished(
            host: host,
            task: task,
            TaskResult(outcome, after: .milliseconds(1500), difference: difference)
        )
    }

    private let start: [Event] = [
        .playStarted(title: "Install", hosts: ["a", "bb"], batch: (1, of: 1)),
        planned("a", ["one", "two"]),
        planned("bb", ["one", "two"]),
    ]

    @Test func aTaskIsShownWhenAllItsHostsAreThroughWithIt() {
        let early = start + [done("a", 0, .ok), done("a", 1, .changed)]
        #expect(!output(of: early).contains("Task:"))
        #expect(
            output(of: early + [done("bb", 0, .ok)])
                == "\nPlay: Install\n\nTask: one\n  ok        a    1.50 s\n  ok        bb   1.50 s\n"
        )
    }

    @Test func aHostThatFailedHoldsUpNoOther() {
        let text = output(
            of: start + [
                done("a", 0, .failed("apt: status 100: no space\nleft")),
                .hostFinished(host: "a", isDone: false),
                done("bb", 0, .ok), done("bb", 1, .ok),
            ]
        )
        #expect(text.contains("  failed    a    1.50 s\n      apt: status 100: no space\n      left\n"))
        #expect(text.hasSuffix("Task: two\n  ok        bb   1.50 s\n"))
    }

    @Test func aTaskThatOnlyOneHostHasStandsInItsPlace() {
        let text = output(
            of: [
                .playStarted(title: "Install", hosts: ["a", "b"], batch: (1, of: 1)),
                planned("a", ["one", "three"]),
                planned("b", ["one", "two", "three"]),
                done("a", 0, .ok), done("a", 1, .ok), done("b", 0, .ok), done("b", 1, .changed),
                done("b", 2, .ok),
            ]
        )
        let headings = text.split(separator: "\n").filter { $0.hasPrefix("Task:") }
        #expect(headings == ["Task: one", "Task: two", "Task: three"])
    }

    @Test func differencesOfFilesAreShownOnRequest() {
        let content = Difference([.content(path: "/etc/x", before: "a\nb\u{1b}[2J\n", after: "a\nc")])
        let events = [
            Event.playStarted(title: "P", hosts: ["a"], batch: (1, of: 1)),
            planned("a", ["write"]),
            done("a", 0, .changed, content),
        ]
        #expect(!output(of: events).contains("-b"))
        let shown = output(of: events, diff: true)
        #expect(
            shown.contains(
                "      --- /etc/x\n      +++ /etc/x\n      @@ -1,2 +1,2 @@\n       a\n      -b^[[2J\n"
                    + "      +c\n      \\ No newline at end of file\n"
            )
        )
    }

    @Test func aRescuedFailureIsNoFailure() {
        var result = TaskResult(.failed("status 1"), after: .seconds(1))
        result.pardon = .rescued
        var line = Recap.Line()
        line.rescued = 1
        let text = output(
            of: [
                .playStarted(title: "P", hosts: ["a"], batch: (1, of: 1)), planned("a", ["try"]),
                .taskFinished(host: "a", task: 0, result),
                .runFinished(Recap(hosts: [("a", line)], duration: .seconds(1))),
            ]
        )
        #expect(text.contains("Task: try\n  rescued   a      1 s\n      status 1\n"))
        #expect(text.hasSuffix("  a  ok 0  changed 0  failed 0  rescued 1\n"))
    }

    @Test func theRecapCountsByHost() {
        var well = Recap.Line()
        (well.ok, well.changed) = (3, 1)
        var lost = Recap.Line()
        lost.unreachable = "no answer"
        let recap = Recap(hosts: [("a", well), ("bb", lost)], duration: .seconds(2))
        #expect(recap.exitStatus == 4)
        #expect(
            output(of: [.runFinished(recap)])
                == "\nRecap  2 s\n  a   ok 3  changed 1  failed 0\n  bb  unreachable: no answer\n"
        )
    }
}

@Suite("Unified differences")
struct UnifiedDiffTests {
    @Test(
        "are what diff -u shows",
        arguments: [
            ("", "", [String]()),
            ("a\n", "a\n", []),
            ("", "a\n", ["@@ -0,0 +1,1 @@", "+a"]),
            ("a\n", "", ["@@ -1,1 +0,0 @@", "-a"]),
            ("a", "a\n", ["@@ -1,1 +1,1 @@", "-a\n\\ No newline at end of file", "+a"]),
            ("a\r\nb\n", "a\nb\n", ["@@ -1,2 +1,2 @@", "-a\r", "+a", " b"]),
            (
                "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
                ["@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8"]
            ),
        ]
    )
    func lines(before: String, after: String, expected: [String]) {
        let shown = UnifiedDiff(from: before, to: after).lines.map { line in
            switch line {
            case .hunk(let text): text
            case .kept(let text): " " + text
            case .removed(let text): "-" + text
            case .added(let text): "+" + text
            }
        }
        #expect(shown == expected)
    }
}
