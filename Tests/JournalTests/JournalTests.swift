import Foundation
import Provisioning
import Synchronization
import Testing

@testable import Journal

@Suite("A run's journal is its events, readable at every moment")
struct JournalTests {
    let scratch = Scratch()

    private func header(diff: Bool = false, verb: String = "run", at: Date = .now) -> JournalHeader {
        JournalHeader(
            verb: verb,
            playbooks: verb == "run" ? ["site"] : [],
            arguments: ["site", "-i", "my.ini"],
            folder: "/home/fabian",
            by: "fabian@mac",
            check: false,
            diff: diff,
            at: at
        )
    }

    private func write(_ events: [Event], diff: Bool = false, in folder: JournalFolder) {
        let reporter = folder.reporter(header(diff: diff)) { Issue.record($0) }.reporter
        for event in events { reporter.report(event) }
    }

    private static let planned = [nil, "Reload"].map { handler in
        let resource = ResourceID(kind: "File", name: "/etc/x")
        let id = TaskID(play: "Ä", handler: handler, role: "web", resource: resource, occurrence: 2)
        return PlannedTask(id: id, heading: "web : two", tags: ["a", "b"])
    }

    private static let rescued = {
        var result = TaskResult(.failed("why"), after: .zero)
        result.pardon = .rescued
        return result
    }()

    /// One of each kind.
    private static let events: [Event] = [
        .runStarted(playbooks: ["site", "vrrp"], check: true),
        .playStarted(title: "Ä «play»", hosts: ["a", "b"], batch: (1, of: 2)),
        .connected(host: "a", after: .milliseconds(1234)),
        .unreachable(host: "b", reason: "no answer\nat all"),
        .planned(host: "a", tasks: planned),
        .taskFinished(host: "a", task: 0, TaskResult(.ok, after: .milliseconds(7))),
        .taskFinished(
            host: "a",
            task: 1,
            TaskResult(
                .changed,
                after: .seconds(3),
                difference: Difference([
                    .attribute("mode", from: nil, to: "0600"), .attribute("user", from: "a", to: nil),
                    .content(path: "/etc/x", before: nil, after: "new"),
                    .content(path: "/etc/y", before: "old", after: "new"),
                ])
            )
        ),
        .taskFinished(host: "a", task: 2, TaskResult(.failed("status 1: no"), after: .zero)),
        .taskFinished(host: "a", task: 3, TaskResult(.unknown("why"), after: .zero)),
        .taskFinished(host: "a", task: 4, TaskResult(.skipped("why"), after: .zero)),
        .taskFinished(host: "a", task: 5, rescued),
        .handlersPending(host: "a", handlers: ["Reload"]),
        .changeBegun(host: "a", task: 1),
        .hostFinished(host: "a", isDone: true),
        .playFinished,
        .gateStarted("the door"),
        .gateFinished("the door", after: .seconds(1), failure: nil),
        .gateFinished("the door", after: .seconds(2), failure: "it is shut"),
        .notice(host: nil, "of all"),
        .notice(host: "a", "of one"),
        .runFinished(recap),
    ]

    private static let recap = {
        var line = Recap.Line()
        (line.ok, line.changed, line.failed, line.notDone) = (1, 2, 3, 4)
        var lost = Recap.Line()
        lost.unreachable = "no answer"
        var recap = Recap(hosts: [("a", line), ("b", lost)], duration: .milliseconds(61_500))
        (recap.wasStopped, recap.gateFailed, recap.choseWrongly) = (true, true, true)
        return recap
    }()

    @Test func everyEventIsReadAsItWasWritten() throws {
        write(Self.events, diff: true, in: scratch.folder)
        let journal = try scratch.newest()
        #expect(try journal.events.map { "\($0.event)" } == Self.events.map { "\($0)" })
        #expect(try journal.recap.map { "\($0)" } == "\(Self.recap)")
        #expect(journal.header.arguments == ["site", "-i", "my.ini"])
    }

    @Test func isWrittenAtOnceAndForItsOwnerOnly() throws {
        let reporter = scratch.folder.reporter(header()) { Issue.record($0) }.reporter
        #expect(scratch.folder.ids == [])
        for count in 1...3 {
            reporter.report(.playFinished)
            #expect(try scratch.newest().events.count == count)
        }
        #expect(try scratch.newest().isRunning)
        for (path, mode) in [(scratch.folder.path, 0o700), (scratch.file, 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == mode, "\(path)")
        }
    }

    @Test func aJournalThatWasCutOffAnywhereShowsWhatCameBefore() throws {
        write(Self.events, in: scratch.folder)
        let whole = try #require(FileManager.default.contents(atPath: scratch.file))
        let lines = whole.split(separator: UInt8(ascii: "\n"))
        for length in Array(stride(from: lines[0].count + 1, to: whole.count, by: 5)) + [whole.count] {
            try whole.prefix(length).write(to: URL(fileURLWithPath: scratch.file))
            let journal = try scratch.newest()
            let complete = whole.prefix(length).count { $0 == UInt8(ascii: "\n") } - 1
            #expect(try journal.events.count == complete)
            #expect(try (journal.recap == nil) == (length < whole.count))
            #expect(!journal.isRunning)
        }
    }

    @Test func outputAndTextsOfFilesStayOutUnlessTheRunShowsThem() throws {
        let events =
            Self.events + [.progress(host: "a", task: 0, line: "old"), .taskStarted(host: "a", task: 0)]
        write(events, in: scratch.folder)
        let journal = try scratch.newest()
        #expect(!journal.raw.contains("old"))
        #expect(!journal.raw.contains("new"))
        #expect(try journal.events.count == Self.events.count)
    }

    @Test func theNewestOfEachKindAreKept() throws {
        let folder = JournalFolder(path: scratch.folder.path, capacity: 2)
        for (second, verb) in ["run", "run", "run", "ping", "exec", "ping", "ping"].enumerated() {
            let header = header(verb: verb, at: Date(timeIntervalSince1970: Double(second)))
            folder.reporter(header) { Issue.record($0) }.reporter.report(.playFinished)
        }
        let kept = folder.ids.map { $0.split(separator: "-").dropFirst().dropLast().joined(separator: " ") }
        #expect(
            kept == ["000006.000 ping", "000005.000 ping", "000004.000 exec", "000002.000", "000001.000"]
        )
        #expect(folder.newestRun()?.id == folder.ids[3])
    }

    @Test func isFoundByABitOfItsIdentity() throws {
        for second in 1...2 {
            let header = header(at: Date(timeIntervalSince1970: Double(second)))
            scratch.folder.reporter(header) { Issue.record($0) }.reporter.report(.playFinished)
        }
        let journal = try scratch.newest()
        #expect(try scratch.folder.journal(matching: journal.shortID).id == journal.id)
        #expect(try scratch.folder.journal(matching: "19700101-000002").id == journal.id)
        for wrong in ["1970", "nothing"] {
            #expect(throws: JournalError.self) { try scratch.folder.journal(matching: wrong) }
        }
    }

    @Test func oneThatCannotBeWrittenIsSaidOnce() throws {
        try "a file".write(toFile: scratch.path, atomically: false, encoding: .utf8)
        let warnings = Mutex<[String]>([])
        let reporter = JournalFolder(path: scratch.path + "/runs").reporter(header()) { error in
            warnings.withLock { $0.append("\(error)") }
        }.reporter
        for event in Self.events { reporter.report(event) }
        #expect(warnings.withLock { $0.count } == 1)
        #expect(warnings.withLock { $0[0] }.contains("cannot make the folder \(scratch.path)/runs"))
    }

    @Test(
        "what is no journal is an error that says where",
        arguments: [
            ("", "was killed as it began"), ("{}\n", "line 1"), ("no\n", "line 1"),
            (#"{"format":2}"# + "\n", "line 1"),
        ]
    )
    func wrong(content: String, expected: String) throws {
        write([.playFinished], in: scratch.folder)
        try content.write(toFile: scratch.file, atomically: false, encoding: .utf8)
        let error = #expect(throws: JournalError.self) { try scratch.newest() }
        #expect(error?.description.contains(expected) == true)
    }
}

/// A folder of journals of its own, removed at the end.
final class Scratch {
    let path = NSTemporaryDirectory() + "/apus-journal-\(UUID().uuidString)"
    let folder: JournalFolder

    init() { folder = JournalFolder(path: path + "/runs") }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    var file: String { folder.path + "/" + (folder.ids.first ?? "") + ".jsonl" }

    func newest() throws -> Journal { try folder.journal(try #require(folder.ids.first)) }
}
