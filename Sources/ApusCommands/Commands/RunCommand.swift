import ArgumentParser
import Foundation
import Journal
import Provisioning

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Brings hosts into the state that playbooks describe.",
        discussion: """
            Exit status: 0 all well, 2 a host failed, a gate did not open or a tag is that of no task, 4 a host was \
            unreachable, 64 wrong use or wrong input (then no host was touched), 130 stopped by Ctrl-C, 143 by SIGTERM.

            Ctrl-C lets the steps that run finish and starts nothing new; a second one ends them on the hosts too. \
            `apus run --resume` goes on with a run that was stopped, failed or was killed.
            """
    )

    @OptionGroup var selection: PlaybookOptions

    @Flag(name: [.customShort("C"), .long], help: "Predict what would change, and change nothing.")
    var check = false

    @Flag(name: [.customShort("D"), .long], help: "Show the differences of files, line by line.")
    var diff = false

    @Flag(
        help: """
            Go on with the last run, or with the one whose identity stands in the place of the playbooks, as it was \
            called.
            """
    )
    var resume = false

    @Flag(help: "Ask at the terminal before each task of each host.")
    var step = false

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if resume, selection.playbooks.count > 1 {
            throw ValidationError("one run at a time: apus run --resume [ID]")
        }
        if !resume { try selection.requirePlaybooks() }
    }

    func run() async throws {
        let words = ThisProcess.arguments(behind: "run")
        guard resume else { return try await run(calledWith: words) }
        let journal = try resumable()
        guard FileManager.default.changeCurrentDirectoryPath(journal.header.folder) else {
            throw ValidationError("the folder of that run, \(journal.header.folder), is not there any more")
        }
        let added = words.filter { $0 != "--resume" && $0 != selection.playbooks.first }
        let called = journal.header.arguments + added
        let command = try Self.parse(called)
        let playbooks = command.selection.playbooks.joined(separator: " ")
        let when = journal.header.at.formatted(HistoryTable.time)
        Console.error("Resumes run \(journal.id): \(playbooks), \(when), by \(journal.header.by)")
        try await command.run(calledWith: called, after: try journal.progress)
    }

    private func run(calledWith arguments: [String], after progress: RunProgress? = nil) async throws {
        var options = try selection.runOptions()
        options.check = check
        options.diff = diff
        options.resume = progress
        if step { options.confirm = try StepQuestion(stoppedBy: options.interruption).callAsFunction }
        let recap = try await AttendedRun(
            inventory: try selection.hosts.readInventory(),
            connector: selection.hosts.connector(),
            options: options,
            header: .ofThisProcess("run", selection.playbooks, arguments, options),
            // Nothing is drawn over a question.
            shown: [display.reporter(showsDiff: diff, isLive: Console.outputIsTerminal && !step)]
        )(try selection.selected())
        if recap.exitStatus != 0 { throw ExitCode(recap.exitStatus) }
    }

    /// The journal of the run that is to be resumed.
    private func resumable() throws -> Journal {
        let folder = JournalFolder()
        guard let journal = try selection.playbooks.first.map(folder.journal(matching:)) ?? folder.newestRun()
        else { throw ValidationError("there is no run to resume; see `apus history`") }
        if journal.isRunning { throw ValidationError("run \(journal.id) still goes on") }
        guard journal.header.isOfPlaybooks else {
            throw ValidationError("run \(journal.id) was \(journal.header.verb): only playbooks are resumed")
        }
        if journal.header.check { throw ValidationError("run \(journal.id) was a check: it changed nothing") }
        if try journal.recap?.exitStatus == 0 {
            throw ValidationError("run \(journal.id) ended well: there is nothing to resume")
        }
        return journal
    }
}
