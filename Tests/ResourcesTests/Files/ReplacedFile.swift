import Foundation
import Provisioning
import Testing

@testable import Resources

/// A folder with the file "app.conf", which says "old".
struct ReplacedFile {
    let folder: TemporaryFolder
    var path: String { folder.path + "/app.conf" }

    /// - Parameter preparation: is run in the folder.
    init(_ preparation: String = ":") throws {
        folder = try TemporaryFolder()
        try folder.write("app.conf", "old\n")
        try shell(preparation)
    }

    @discardableResult
    func shell(_ script: String) throws -> String {
        let output = try LocalShell.run("cd \(shellQuoted(folder.path)) && { \(script)\n}")
        try #require(output.status == 0, "\(script): \(output.errorText)")
        return output.text
    }

    func file(_ contents: String = "new\n") -> File { File(path, contents: contents) }

    func plan(_ file: File, with tools: HostTools = .debian) throws -> Plan {
        file.plan(from: try LocalShell.look([FileObservation(path: path, digest: true)], with: tools)[0])
    }

    /// - Returns: what was said while `file` was written, and it is there then.
    @discardableResult
    func write(_ file: File, with tools: HostTools = .debian, search: [String] = [], before: String = ":")
        throws
        -> String
    {
        let change = try #require(try plan(file, with: tools).change)
        let said = try LocalShell.apply(change, with: tools, search: search, before: before)
        #expect(try plan(file, with: tools).isUnchanged)
        return said
    }

    /// Names in the folder, hidden ones too.
    var names: [String] { get throws { try shell("ls -A").split(separator: "\n").map(String.init) } }
}
