import Apus
import ApusCommands
import Foundation
import Provisioning

/// `apus` with a catalog of its own, for tests of what signals and faults do to a whole process.
@main
struct Entry {
    static func main() async {
        await ApusCommand.main(
            catalog: Catalog([slow, slowJob, slowFile, slowHandler, files, tagged, steps, canary])
        )
    }

    /// The folder that all playbooks work in.
    static let folder = ProcessInfo.processInfo.environment["APUS_TEST_FOLDER"] ?? "/nonexistent"

    /// Two steps that leave marks when they begin and when they end; tests hold them in between.
    static let slow = Playbook("slow", summary: "Two steps") {
        Play("Be slow", on: "all") { _ in
            Marks(name: "first").notify(Handler("Reload") { Marks(name: "handler") })
            Marks(name: "second")
        }
    }

    static let slowJob = Playbook("job", summary: "A job and a step") {
        Play("Be slow", on: "all") { _ in
            Marks(name: "first", isJob: true)
            Marks(name: "second")
        }
    }

    static let slowFile = Playbook("file", summary: "A file with a slow validation, and a step") {
        Play("Be slow", on: "all") { _ in
            File("\(folder)/target/file", contents: "new\n")
                .validated(by: ["sh", "-c", "\(Marks(name: "first").script)", "sh", .candidate])
            Marks(name: "second")
        }
    }

    static let slowHandler = Playbook("handler", summary: "A change, and a handler that it notifies") {
        Play("Notify", on: "all") { _ in
            Marks(name: "first").notify(Handler("Reload") { Marks(name: "handler", isAction: true) })
        }
    }

    static let tagged = Playbook("tagged", summary: "Tasks with tags") {
        Play("Be quick", on: "all", tags: ["quick"]) { _ in
            Marks(name: "one").named("First").tagged("web")
            Marks(name: "two").named("Second").notify(Handler("Reload") { Marks(name: "handler") })
        }
    }

    static let steps = Playbook("steps", summary: "Four tasks to be asked about") {
        Play("Go on foot", on: "all") { _ in
            for name in ["one", "two", "three", "four"] { Marks(name: name).named(name) }
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

/// Writes a file when it begins, and another when it ends; done where that is there. Where a file NAME.hold is there, it
/// waits until it is not.
struct Marks: Resource {
    let name: String
    var isAction = false
    var isJob = false

    var probe: Probe<Bool> { Probe(MarkObservation(name: name)) }

    func plan(from isDone: Bool) -> Plan {
        if isDone, !isAction { return .unchanged }
        let step = Step.script("mark \(name)", script)
        let difference = Difference([.attribute("done", from: "no", to: "yes")])
        return .change([isJob ? step.asJob() : step], difference)
    }

    var script: String {
        let mark = "\(Entry.folder)/\(name)"
        return """
            echo begun
            echo x >>\(mark).begun
            while [ -e \(mark).hold ]; do sleep 0.02; done
            echo x >>\(mark).done
            """
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
