import ApusTesting
import Foundation
import HostInventory
import Provisioning
import Transports

/// This machine under any number of names.
struct LocalConnector: Connector {
    var unreachable: Set<String> = []

    func connect(to host: Inventory.Host, deadline: Duration) async throws -> any Transport {
        if unreachable.contains(host.name) {
            throw TransportError(.unreachable, "no answer from \(host.name)")
        }
        return LocalTransport()
    }
}

/// A folder of its own, removed at the end.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/apus-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
    }

    func read(_ name: String) -> String? { try? String(contentsOfFile: path + "/" + name, encoding: .utf8) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// A file with one line: the smallest resource that there is.
struct Note: Resource {
    let path: String
    let text: String
    /// What is really written, where it differs from what is desired.
    var writes: String?
    var dependsOn: [ResourceID] = []

    var name: String { path }
    var dependencies: [ResourceID] { dependsOn }
    var probe: Probe<String?> { Probe(NoteObservation(path: path)) }

    func plan(from state: String?) -> Plan {
        if state == text { return .unchanged }
        let line = "printf '%s\\n' \(shellQuoted(writes ?? text)) >\(shellQuoted(path))"
        return .change(
            [.script("write \(path)", line)],
            Difference([.attribute("text", from: state, to: text)])
        )
    }
}

struct NoteObservation: Observation {
    let path: String

    static func script(for subjects: [NoteObservation]) -> String {
        subjects.map {
            "if [ -e \(shellQuoted($0.path)) ]; then printf + ; cat -- \(shellQuoted($0.path)); else echo -; fi"
        }
        .joined(separator: "\n")
    }

    static func answers(from output: ShellOutput, for subjects: [NoteObservation]) throws -> [String?] {
        output.lines.map { $0 == "-" ? nil : String($0.dropFirst()) }
    }
}

/// Runs a script in every run.
struct Act: Resource {
    let name: String
    let script: String
    var deadline: Duration = .seconds(20)
    var isAction: Bool { true }
    var probe: Probe<Void> { .constant(()) }

    func plan(from state: Void) -> Plan {
        .change([.script(name, deadline: deadline, script)], Difference())
    }
}

/// Does something at each event.
struct Hook: Reporter {
    let act: @Sendable (Event) -> Void

    func report(_ event: Event) { act(event) }
}

/// Tasks that leave a file behind.
struct Touch {
    let folder: String

    func callAsFunction(_ name: String) -> Act { Act(name: name, script: "touch \(folder)/\(name)") }
}

func inventory(_ text: String) throws -> Inventory { try Inventory(parsing: text, file: "test.ini") }

func run(
    _ plays: Play...,
    on inventory: Inventory,
    connector: any Connector = LocalConnector(),
    check: Bool = false,
    lock: HostLock? = nil,
    options: RunOptions = RunOptions(),
    reporter: CollectingReporter = CollectingReporter()
) async throws -> (recap: Recap, reporter: CollectingReporter) {
    var options = options
    options.check = check
    options.lock = lock
    let run = Run(inventory: inventory, connector: connector, options: options, reporter: reporter)
    let playbook = Playbook("test") { for play in plays { play } }
    return (try await run([playbook]), reporter)
}
