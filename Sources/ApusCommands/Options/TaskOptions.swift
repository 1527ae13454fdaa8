import ArgumentParser
import Foundation
import Provisioning

/// Which tasks of a playbook run.
struct TaskOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Only tasks with one of these tags, and those tagged always.", valueName: "tag,…")
    )
    var tags: [String] = []

    @Option(
        name: .customLong("skip-tags"),
        help: ArgumentHelp("No tasks with one of these tags.", valueName: "tag,…")
    )
    var skippedTags: [String] = []

    @Option(
        name: .customLong("start-at"),
        help: ArgumentHelp("Each host begins with the task of this title.", valueName: "title")
    )
    var startAt: String?

    func apply(to options: inout RunOptions) {
        options.tags = TagSelection(only: Self.words(tags), skipped: Self.words(skippedTags))
        options.startAt = startAt
    }

    private static func words(_ lists: [String]) -> Set<String> {
        Set(lists.flatMap { $0.split(separator: ",") }.map { $0.trimmingCharacters(in: .whitespaces) })
    }
}
