import ArgumentParser
import Foundation
import Testing
import VRRPCluster

@testable import ApusCommands

@Suite("apus vrrp lint")
struct VRRPLintTests {
    private final class Files {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

        init() throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        /// "HOST=FILE" for a router of that priority.
        func router(_ host: String, priority: Int, more: String = "") throws -> String {
            let file = folder.appendingPathComponent(host)
            let text = """
                vrrp_instance r {
                    interface eth0
                    virtual_router_id 51
                    priority \(priority)
                    virtual_ipaddress { 10.0.0.100 }
                    \(more)
                }
                """
            try Data(text.utf8).write(to: file)
            return "\(host)=\(file.path)"
        }
    }

    private func lint(_ files: String...) throws {
        try VRRPCommand.Lint.parse(files.flatMap { ["-f", $0] }).run()
    }

    @Test("ends with status 0 where nothing is found, and 1 where something is")
    func status() throws {
        let files = try Files()
        let best = try files.router("best", priority: 101)
        try lint(best, files.router("next", priority: 100))
        #expect(throws: ExitCode(1)) { try lint(best) }
        #expect(throws: ExitCode(1)) {
            try lint(best, files.router("wrong", priority: 100, more: "nopreempt {\n}"))
        }
    }

    @Test("what is wrong with one file is said with its line, and what keepalived takes is a warning")
    func problems() throws {
        let files = try Files()
        var routers = LintedRouters()
        try routers.add(file: files.router("a", priority: 100, more: "nopreempt {\n}"))
        try routers.add(file: files.router("b", priority: 100, more: "unheard_of"))
        #expect(routers.problems.count == 1 && routers.nodes.map(\.host) == ["b"])
        let place = files.folder.path + "/a:6:15: 'nopreempt' takes no block"
        #expect(routers.problems.first?.hasPrefix("a: " + place) == true, "\(routers.problems)")
        #expect(routers.warnings.count == 1 && routers.warnings[0].hasPrefix("b: \(files.folder.path)/b:6:"))
        #expect(throws: ValidationError.self) { try routers.add(file: "nothing") }
    }
}
