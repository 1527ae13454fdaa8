import ApusTesting
import HostInventory
import Provisioning
import Testing

@Suite("Handlers run once, where they are due, and are never lost")
struct HandlerTests {
    let scratch = try! Scratch()

    private var touch: Touch { Touch(folder: scratch.path) }

    private let fail = Act(name: "fail", script: "exit 1")

    /// What was pending in the end, as events tell it.
    private func pending(_ reporter: CollectingReporter) -> [String] {
        reporter.events.reduce([]) { last, event in
            if case .handlersPending(_, let handlers) = event { handlers } else { last }
        }
    }

    @Test func flushedOnesRunAgainOnlyWhenNotifiedAgain() async throws {
        let path = scratch.path
        let log = Handler("Log") { Act(name: "log", script: "echo $(ls \(path) | wc -l) >>\(path)/.log") }
        _ = try await run(
            Play("Flush", on: "all") { _ in
                Note(path: "\(path)/a", text: "1").notify(log)
                FlushHandlers()
                Note(path: "\(path)/b", text: "1")
            },
            on: try inventory("one\n")
        )
        #expect(scratch.read(".log") == "1\n")
    }

    @Test func aFlushInABlockIsRescuedWhereAHandlerFails() async throws {
        let (touch, fail) = (touch, fail)
        let broken = Handler("Broken") { fail }
        let (recap, reporter) = try await run(
            Play("Flush", on: "all") { _ in
                Block {
                    touch("changed").notify(broken)
                    FlushHandlers()
                    touch("not")
                } rescue: {
                    touch("rescue")
                }
            },
            on: try inventory("one\n")
        )
        #expect(scratch.names == ["changed", "rescue"])
        #expect(recap.hosts[0].line.rescued == 1)
        // It is due again at the end of the play, where nobody rescues.
        #expect(recap.hosts[0].line.failed == 1)
        #expect(pending(reporter) == ["Broken"])
    }

    @Test func aFlushInASectionThatIsLeftOutDoesNotRun() async throws {
        let (touch, fail) = (touch, fail)
        let handler = Handler("Reload") { touch("reloaded") }
        _ = try await run(
            Play("Flush", on: "all") { _ in
                touch("changed").notify(handler)
                Block {
                    touch("body")
                } rescue: {
                    FlushHandlers()
                }
                fail
            },
            on: try inventory("one\n")
        )
        #expect(scratch.names == ["body", "changed"])
    }

    @Test func handlersMayNotifyHandlers() async throws {
        let touch = touch
        let second = Handler("Second") { touch("second") }
        let first = Handler("First") { touch("first").notify(second) }
        let (_, reporter) = try await run(
            // The second was already named before, so it comes before the first in order.
            Play("Chain", on: "all") { _ in
                Note(path: "/proc/self/comm", text: "sh").ignoringFailure().notify(second)
                touch("changed").notify(first)
            },
            on: try inventory("one\n")
        )
        #expect(scratch.names == ["changed", "first", "second"])
        #expect(pending(reporter) == [])
    }

    @Test("run after a later failure when asked, and are pending else", arguments: [true, false])
    func handlersAfterFailure(asked: Bool) async throws {
        let (touch, fail) = (touch, fail)
        let (_, reporter) = try await run(
            Play("Fail", on: "all", handlersAfterFailure: asked) { _ in
                touch("changed").notify(Handler("Broken") { fail })
                    .notify(Handler("Reload") { touch("reloaded") })
                fail
            },
            on: try inventory("one\n")
        )
        #expect(scratch.names == (asked ? ["changed", "reloaded"] : ["changed"]))
        #expect(pending(reporter) == (asked ? ["Broken"] : ["Broken", "Reload"]))
        #expect(
            reporter.notices == ["not run, since a task failed: \(pending(reporter).joined(separator: ", "))"]
        )
    }

    @Test(
        "that cannot be told apart, or never end, are found before any host is touched",
        arguments: [true, false]
    )
    func ambiguity(isCycle: Bool) async throws {
        let (touch, fail) = (touch, fail)
        let error = await #expect(throws: PreflightError.self) {
            try await run(
                Play("Wrong", on: "all") { _ in
                    let inner = Handler("Same") { isCycle ? touch("x") : fail }
                    let outer = Handler("Same") { isCycle ? touch("x").notify(inner) : touch("x").asTask }
                    touch("a").notify(outer).notify(inner)
                },
                on: try inventory("one\n")
            )
        }
        let wanted = isCycle ? "the handler «Same» notifies itself" : "two handlers are called «Same»"
        #expect(error?.description.contains(wanted) == true)
        #expect(scratch.names == [])
    }
}
