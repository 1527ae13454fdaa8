import ApusTesting
import Foundation
import HostInventory
import Testing

@testable import Provisioning

@Suite("What a diff shows of a file that would be replaced")
struct PresentContentTests {
    let scratch = try! Scratch()

    private struct Replacement: Resource {
        let name: String
        var isAction: Bool { true }
        var probe: Probe<Void> { .constant(()) }

        func plan(from state: Void) -> Plan {
            .change([], Difference([.content(path: name, before: nil, after: "new\n")]))
        }
    }

    @Test(
        "is its text, or why that cannot be shown",
        arguments: [
            (nil, .content(path: "FILE", before: nil, after: "new\n")),
            (Data("old".utf8), .content(path: "FILE", before: "old", after: "new\n")),
            (Data(), .content(path: "FILE", before: "", after: "new\n")),
            (
                Data([0x61, 0]),
                .attribute("content of FILE", from: "2 bytes that are no text", to: "4 bytes")
            ),
            (Data([0xff]), .attribute("content of FILE", from: "1 bytes that are no text", to: "4 bytes")),
            (
                Data(count: 8 << 20),
                .attribute("content of FILE", from: "8388608 bytes, too many to show", to: "4 bytes")
            ),
        ] as [(Data?, Difference.Entry)],
        [true, false]
    )
    func shown(content: (Data?, Difference.Entry), check: Bool) async throws {
        let path = scratch.path + "/file"
        try content.0?.write(to: URL(fileURLWithPath: path))
        var options = RunOptions()
        options.diff = true
        options.check = check
        let reporter = CollectingReporter()
        let play = Play("Replace", on: "all") { _ in Replacement(name: path) }
        let run = Run(
            inventory: try inventory("one\n"),
            connector: LocalConnector(),
            options: options,
            reporter: reporter
        )
        _ = try await run([Playbook("test") { play }])
        let entries = reporter.events.flatMap { event -> [Difference.Entry] in
            if case .taskFinished(_, _, let result) = event { result.difference.entries } else { [] }
        }
        #expect(entries.map { "\($0)" } == ["\(content.1)".replacing("FILE", with: path)])
        if case .content(_, let before, _)? = entries.first, case .content(_, let expected, _) = content.1 {
            #expect(before == expected)
        }
    }
}
