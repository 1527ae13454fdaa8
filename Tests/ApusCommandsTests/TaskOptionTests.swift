import Foundation
import Provisioning
import Testing

@testable import ApusCommands

@Suite("The command line chooses tasks")
struct TaskOptionTests {
    let place = try! TestPlace()

    @Test(
        "by tags and where to start",
        arguments: [
            (["--tags", "web"], ["one"]), (["--skip-tags", "web"], ["handler", "two"]),
            (["--tags", "quick,web"], ["handler", "one", "two"]),
            (["--start-at", "Second"], ["handler", "two"]),
        ]
    )
    func chosen(words: [String], done: [String]) async throws {
        let ended = try await TestRun("tagged", in: place, more: words).end()
        #expect(ended.status == 0, "\(ended.output)")
        let names = ["handler", "one", "two"].filter { place.has($0 + ".done") }
        #expect(names == done)
    }

    @Test(
        "and says what may have been meant",
        arguments: [
            (["tagged", "--tags", "wbe"], "no task has the tag «wbe»; did you mean 'web'?"),
            (["tagged", "--skip-tags", "x"], "no task has the tag «x» (there are: quick, web)"),
            (
                ["tagged", "--start-at", "Secnd"],
                "--start-at: no task is called «Secnd»; did you mean 'Second'?"
            ),
            (["taged"], "there is no playbook taged; did you mean 'tagged'?"),
            (["tagged", "--step"], "--step asks at the terminal, and standard input is none"),
        ]
    )
    func wrong(words: [String], message: String) async throws {
        let ended = try await TestRun(words[0], in: place, more: Array(words.dropFirst())).end()
        #expect(ended.status == 64)
        #expect(ended.output.contains(message), "\(ended.output)")
    }

    @Test func listsTheTasksOfEachHost() async throws {
        try place.write("hosts.ini", "a\nb\n")
        let ended = try await TestRun(
            ["list", "tagged", "--tasks", "-i", "\(place.path)/hosts.ini"],
            in: place
        ).end()
        #expect(
            ended.output == """

                Play: Be quick
                  a, b
                    First  [quick, web]
                    Second  [quick]
                    Reload  when notified: Reload

                """
        )
    }

    @Test(
        "with --step, as somebody at a terminal answers",
        arguments: [
            (["y", "n", "c"], ["four", "one", "three"], 0),
            (["perhaps", "no", "continue"], ["four", "three", "two"], 0),
            (["y", "q"], ["one"], 130), (["y", "Ctrl-C"], ["one"], 130),
        ] as [([String], [String], Int32)]
    )
    func steps(answers: [String], done: [String], status: Int32) async throws {
        let terminal = try TestTerminal()
        try place.write("hosts.ini", "here ansible_connection=local\n")
        let words = [
            "run", "steps", "--step", "-i", "\(place.path)/hosts.ini", "--host-folder", "\(place.path)/host",
        ]
        let run = try TestRun(words, in: place, at: terminal)
        for (number, answer) in answers.enumerated() {
            try await run.says("(q)uit: ", times: number + 1)
            if answer == "Ctrl-C" { run.send(SIGINT) } else { try terminal.type(answer) }
        }
        let ended = try await run.end()
        #expect(ended.status == status, "\(ended.output)")
        #expect(ended.output.ranges(of: "(q)uit: ").count == answers.count, "\(ended.output)")
        #expect(["four", "one", "three", "two"].filter { place.has($0 + ".done") } == done)
    }

    @Test(
        "answers to --step are words or their first letters",
        arguments: [
            ("y", StepAnswer.run), ("YES", .run), (" n ", .skip), ("continue", .runAll), ("q", .stop),
            ("", nil),
            ("yep", nil),
        ]
    )
    func answers(line: String, answer: StepAnswer?) {
        #expect(StepAnswer(typed: line) == answer)
    }
}
