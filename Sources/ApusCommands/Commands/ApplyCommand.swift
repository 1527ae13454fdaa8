import ArgumentParser
import Foundation
import Journal
import Provisioning
import Synchronization

struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Does what a saved plan says, and nothing else.",
        discussion: """
            Looks at all hosts first. Where one is not any more as the plan saw it, or the playbooks would do \\
            something else now, nothing is touched, and the exit status is 3.
            """
    )

    @Argument(help: "What `apus plan -o FILE` saved.")
    var file: String

    @Flag(name: [.customShort("D"), .long], help: "Show the differences of files, line by line.")
    var diff = false

    @OptionGroup var display: DisplayOptions

    func run() async throws {
        let saved = try PlanFile.Saved(file)
        let header = saved.journal.header
        guard FileManager.default.changeCurrentDirectoryPath(header.folder) else {
            throw ValidationError("the folder of that plan, \(header.folder), is not there any more")
        }
        let selection = try RunCommand.parse(header.arguments).selection
        var options = try selection.runOptions()
        options.previewKey = try saved.key
        try await requireUnmoved(saved.plan, selection, options)
        options.plan = saved.plan
        options.diff = diff
        let recap = try await AttendedRun(
            inventory: try selection.hosts.readInventory(),
            connector: selection.hosts.connector(),
            options: options,
            header: .ofThisProcess("apply", selection.playbooks, header.arguments, options),
            shown: [display.reporter(showsDiff: diff)]
        )(try selection.selected())
        if recap.exitStatus != 0 { throw ExitCode(recap.exitStatus) }
    }

    /// Looks at all hosts, and touches none.
    private func requireUnmoved(
        _ plan: RunPlan,
        _ selection: PlaybookOptions,
        _ options: RunOptions
    ) async throws {
        var options = options
        options.check = true
        let seen = PlanCollector()
        _ = try await AttendedRun(
            inventory: try selection.hosts.readInventory(),
            connector: selection.hosts.connector(),
            options: options,
            header: nil,
            shown: [seen]
        )(try selection.selected())
        let differences = plan.differences(from: seen.plan)
        guard differences.isEmpty else {
            let list = differences.map { "  " + $0 }.joined(separator: "\n")
            Console.error("Error: nothing was done, since the plan does not hold any more:\n\(list)")
            throw ExitCode(Self.doesNotHold)
        }
    }

    private static let doesNotHold: Int32 = 3
}

/// Makes a plan of the events of a check.
private final class PlanCollector: Reporter {
    private let collected = Mutex(RunPlan())

    func report(_ event: Event) { collected.withLock { $0.note(event) } }

    var plan: RunPlan { collected.withLock { $0 } }
}
