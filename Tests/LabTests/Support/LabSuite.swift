import Foundation
import Testing

/// The parent of all tests on the lab's five nodes: write `extension LabSuite { @Suite struct … }`.
///
/// They run only where `APUS_LAB=1` says that the lab is up (`make test-lab`), and one after the other, since they
/// share the nodes. Suites run in the order of their files' names, tests in that of their lines. So what the files
/// Cluster… share comes first: a fresh lab that `ClusterConvergenceTests` converges, once. Nothing but time depends
/// on the order: who needs a converged cluster says so with `Lab.converge()`, and who breaks something mends it.
@Suite(.serialized, .enabled(if: Lab.isWanted, "needs the lab's nodes: make test-lab"))
enum LabSuite {}

/// The lab as a whole.
enum Lab {
    static let isWanted = ProcessInfo.processInfo.environment["APUS_LAB"] == "1"

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Where the lab keeps its keys and known_hosts.
    static let state = root + "/lab/state"
    static let inventoryPath = root + "/inventories/lab.ini"
    static let virtualAddress = "10.42.0.240"
    static let apus = root + "/.build/debug/apus"

    /// A verb of `lab/lab`, to its end.
    ///
    /// - Throws: `ProgramFailure` where it fails, or takes longer than five minutes.
    @discardableResult
    static func perform(_ words: String...) async throws -> String {
        try await Program([root + "/lab/lab"] + words).run(deadline: .seconds(300)).succeeded().output
    }

    /// The command line as its users have it, to its end; whatever its exit status.
    static func apus(_ words: String..., deadline: Duration = .seconds(120)) async throws -> Program.Ended {
        try await Program([apus] + words).run(deadline: deadline)
    }
}

extension Program.Ended {
    /// The line about `node` in the recap at the end of a run of `apus`.
    func recap(of node: Node) -> String? {
        output.components(separatedBy: "\nRecap").last?
            .split(separator: "\n").first { $0.contains("\(node.address) ") }.map(String.init)
    }
}
