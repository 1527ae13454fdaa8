import ArgumentParser
import Journal
import Provisioning

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Predicts what playbooks would change, and saves it for `apus apply`.",
        usage: """
            apus plan <playbooks> ... -o <file>
            apus plan --show <file>
            """
    )

    @OptionGroup var selection: PlaybookOptions

    @Option(name: [.customShort("o"), .customLong("out")], help: "Where the plan is saved.")
    var file: String?

    @Option(help: ArgumentHelp("Shows a saved plan, and connects to nothing.", valueName: "file"))
    var show: String?

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        guard show == nil else { return }
        try selection.requirePlaybooks()
        if file == nil { throw ValidationError("where to? apus plan PLAYBOOK -o FILE") }
    }

    func run() async throws {
        if let show {
            try RunReplay(try PlanFile.Saved(show).journal, verbose: display.verbose).show()
        } else if let file {
            try await makePlan(file)
        }
    }

    /// The command line without what is the plan's own, so that `apus run` understands it.
    private static var runArguments: [String] {
        var words: [String] = []
        var isFile = false
        for word in ThisProcess.arguments(behind: "plan") {
            if !isFile, !word.hasPrefix("-o"), !word.hasPrefix("--out="), word != "--out" {
                words.append(word)
            }
            isFile = word == "-o" || word == "--out"
        }
        return words
    }

    private func makePlan(_ path: String) async throws {
        var options = try selection.runOptions()
        options.check = true
        let header = JournalHeader.ofThisProcess("plan", selection.playbooks, Self.runArguments, options)
        let file = try PlanFile(path, header)
        options.previewKey = file.key
        let recap = try await AttendedRun(
            inventory: try selection.hosts.readInventory(),
            connector: selection.hosts.connector(),
            options: options,
            header: header,
            shown: [display.reporter(showsDiff: false), file.reporter]
        )(try selection.selected())
        guard recap.exitStatus == 0 else {
            Console.error("\nNo plan was saved, since not all hosts could be looked at.")
            throw ExitCode(recap.exitStatus)
        }
        try file.save()
        Console.error("\nThis does it: apus apply \(path)")
    }
}
