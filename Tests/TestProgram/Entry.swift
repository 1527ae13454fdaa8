import Apus
import ApusCommands
import Foundation
import Provisioning

/// `apus` with a catalog of its own, for tests of what signals and faults do to a whole process.
@main
struct Entry {
    static func main() async {
        await ApusCommand.main(catalog: Catalog([slow, slowHandler, job, files, tagged]))
    }

    /// The folder that all playbooks work in.
    static let folder = ProcessInfo.processInfo.environment["APUS_TEST_FOLDER"] ?? "/nonexistent"

    /// Two steps that leave marks when they begin and when they end.
    static let slow = Playbook("slow", summary: "Two slow steps") {
        Play("Be slow", on: "all") { _ in
            Marks(name: "first", seconds: "1.5").notify(
                Handler("Reload") { Marks(name: "handler", seconds: "0") }
            )
            Marks(name: "second", seconds: "0")
        }
    }

    static let slowHandler = Playbook("handler", summary: "A change, and a slow handler that it notifies") {
        Play("Notify", on: "all") { _ in
            Marks(name: "first", seconds: "0").notify(
                Handler("Reload") { Marks(name: "handler", seconds: "1.5", isAction: true) }
            )
        }
    }

    static let job = Playbook("job", summary: "A supervised job") {
        Play("Do a long thing", on: "all") { _ in Marks(name: "long", seconds: "1.5", isJob: true) }
    }

    static let tagged = Playbook("tagged", summary: "Tasks with tags") {
        Play("Be quick", on: "all", tags: ["quick"]) { _ in
            Marks(name: "one", seconds: "0").named("First").tagged("web")
            Marks(name: "two", seconds: "0").named("Second").notify(
                Handler("Reload") { Marks(name: "handler", seconds: "0") }
            )
        }
    }

    static let files = Playbook("files", summary: "Files of all sizes") {
        Play("Write files", on: "all") { _ in
            for number in 0..<6 {
                File("\(folder)/target/\(number)", contents: String(repeating: "\(number)\n", count: 20_000))
            }
            File("\(folder)/target/large", source: "\(folder)/source/large")
            FileTree("\(folder)/target/tree", source: "\(folder)/source/tree")
        }
    }
}

/// Writes a file when it begins, and another when it ends; done where both are there.
struct Marks: Resource {
    let name: String
    let seconds: String
    var isJob = false
    var isAction = false

    var probe: Probe<Bool> { Probe(MarkObservation(name: name)) }

    func plan(from isDone: Bool) -> Plan {
        if isDone, !isAction { return .unchanged }
        let mark = "\(Entry.folder)/\(name)"
        let script = "echo begun; echo x >>\(mark).begun; sleep \(seconds); echo x >>\(mark).done"
        var step = Step.script("mark \(name)", script)
        step.isJob = isJob
        return .change([step], Difference([.attribute("done", from: "no", to: "yes")]))
    }
}

struct MarkObservation: Observation {
    let name: String

    static func script(for subjects: [MarkObservation]) -> String {
        subjects.map { "[ -e \(Entry.folder)/\($0.name).done ] && echo yes || echo no" }.joined(
            separator: "\n"
        )
    }

    static func answers(from output: ShellOutput, for subjects: [MarkObservation]) throws -> [Bool] {
        output.lines.map { $0 == "yes" }
    }
}
