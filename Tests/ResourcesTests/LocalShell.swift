import Foundation
import Provisioning

@testable import Resources

/// Runs what a resource would run on a host with this machine's `sh`.
enum LocalShell {
    static func run(_ script: String, input: [UInt8] = []) throws -> ShellOutput {
        let folder = try TemporaryFolder()
        try folder.write("input", Data(input))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        process.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C"]
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
            output: try LocalFiles.read(output),
            errors: try LocalFiles.read(errors)
        )
    }

    static func look<O: Observation>(_ subjects: [O]) throws -> [O.Answer] {
        let output = try run(O.script(for: subjects))
        guard output.status == 0 else { throw ObservationError(output.errorText) }
        return try O.answers(from: output, for: subjects)
    }

    static func apply(_ change: Change) throws {
        for step in change.steps {
            let output: ShellOutput
            switch step.action {
            case .script(let script): output = try run(script)
            case .upload(let upload):
                let content = try upload.content().reduce(into: [UInt8]()) { $0 += try $1.get() }
                guard content.count == upload.size else { throw ObservationError("not of the size it said") }
                output = try run(upload.receiver, input: content)
            default: throw ObservationError("not for a test")
            }
            guard output.status == 0 else { throw ObservationError("\(step.title): \(output.errorText)") }
        }
    }
}

/// A folder that goes when nobody holds it any more.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory().trimmedSlash + "/apus-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        try write(name, Data(text.utf8), mode: mode)
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
