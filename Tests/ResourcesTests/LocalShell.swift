import Foundation
import ProgramFiles
import Provisioning

@testable import Resources

/// Runs what a resource would run on a host with this machine's `sh`, or as another kind of host would.
enum LocalShell {
    /// - Parameters:
    ///   - search: folders for commands, before those of the host's tools.
    ///   - group: whether it gets a process group of its own, which a test may end.
    static func run(
        _ script: String,
        input: [UInt8] = [],
        with tools: HostTools = .debian,
        search: [String] = [],
        group: Bool = false
    ) throws -> ShellOutput {
        let folder = try TemporaryFolder()
        try folder.write("input", Data(input))
        let process = Process()
        let words = (group ? ["/usr/bin/setsid", "--wait"] : []) + tools.shell + ["-c", script]
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = ["PATH": (search + [try tools.path]).joined(separator: ":"), "LC_ALL": "C"]
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder.path + "/input"))
        let output = folder.path + "/output"
        let errors = folder.path + "/errors"
        for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        try process.run()
        process.waitUntilExit()
        return ShellOutput(
            status: process.terminationStatus,
            output: try LocalFiles.bytes(of: output),
            errors: try LocalFiles.bytes(of: errors)
        )
    }

    static func look<O: Observation>(_ subjects: [O], with tools: HostTools = .debian) throws -> [O.Answer] {
        let output = try run(O.script(for: subjects), with: tools)
        guard output.status == 0 else { throw ObservationError(output.errorText) }
        return try O.answers(from: output, for: subjects)
    }

    /// - Parameter before: a script that is run in front of each step's.
    /// - Returns: what the steps wrote on their standard error.
    @discardableResult
    static func apply(
        _ change: Change,
        with tools: HostTools = .debian,
        search: [String] = [],
        before: String = ":"
    ) throws -> String {
        try change.steps.map { step in
            let output: ShellOutput
            switch step.action {
            case .script(let script): output = try run("\(before)\n\(script)", with: tools, search: search)
            case .upload(let upload):
                let content = try upload.content().reduce(into: [UInt8]()) { $0 += try $1.get() }
                guard content.count == upload.size else { throw ObservationError("not of the size it said") }
                output = try run(upload.receiver, input: content, with: tools, search: search)
                upload.digested?(SHA256Digest.hexadecimal(of: content))
            default: throw ObservationError("not for a test")
            }
            guard output.status == 0 else { throw ObservationError("\(step.title): \(output.errorText)") }
            return output.errorText
        }.joined()
    }
}

/// What a host's commands are.
enum HostTools: Sendable {
    case debian
    /// As a user who is not root; where tests run as root.
    case unprivileged
    case busyBox
    /// With getfacl and setfacl beside it.
    case busyBoxWithACLs

    var shell: [String] {
        switch self {
        case .debian: ["/bin/sh"]
        case .unprivileged: ["/usr/bin/setpriv", "--reuid=1", "--regid=1", "--clear-groups", "/bin/sh"]
        case .busyBox, .busyBoxWithACLs: ["/bin/busybox", "sh"]
        }
    }

    var path: String {
        get throws {
            switch self {
            case .debian, .unprivileged: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
            case .busyBox: try Self.busyBoxFolder.get().path
            case .busyBoxWithACLs: try Self.busyBoxFolder.get().path + ":" + Self.aclFolder.get().path
            }
        }
    }

    private static let busyBoxFolder = Result {
        let folder = try TemporaryFolder()
        _ = try LocalShell.run("busybox --install -s \(folder.path)")
        return folder
    }

    private static let aclFolder = Result {
        let folder = try TemporaryFolder()
        for name in ["getfacl", "setfacl"] { try folder.link(name, to: "/usr/bin/\(name)") }
        return folder
    }
}

/// A folder that goes when nobody holds it any more.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory().trimmedSlash + "/apus-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        try write(name, Data(text.utf8), mode: mode)
    }

    func write(program name: String, _ text: String) throws {
        try writeProgram(text, to: URL(fileURLWithPath: path + "/" + name))
    }

    func write(_ name: String, _ data: Data, mode: Int = 0o644) throws {
        let full = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: full).deletingLastPathComponent().path,
            withIntermediateDirectories: true
        )
        guard FileManager.default.createFile(atPath: full, contents: data) else {
            throw ObservationError("cannot write \(full)")
        }
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: full)
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: target)
    }
}

extension String {
    fileprivate var trimmedSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}

extension Plan {
    var change: Change? { if case .change(let change) = self { change } else { nil } }
    var isUnchanged: Bool { if case .unchanged = self { true } else { false } }
    var whyUnknown: String? { if case .unknown(let why) = self { why } else { nil } }
    /// The lines of the diff, in order.
    var lines: [String] { change?.difference.entries.map(\.description) ?? [] }
}
