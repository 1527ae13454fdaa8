import Foundation
import Provisioning
import Testing

/// A folder that is gone when the test is.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "apus-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")), as: UTF8.self)
    }
}

/// Runs `script` as a host's shell would.
func shell(_ script: String) throws -> ShellOutput {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.environment = [
        "LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
    ]
    let (output, errors) = (Pipe(), Pipe())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return ShellOutput(status: process.terminationStatus, output: [UInt8](text), errors: [UInt8](said))
}

/// What a look at this machine tells.
func look<O: Observation>(at subjects: [O]) throws -> [O.Answer] {
    let output = try shell(O.script(for: subjects))
    try #require(output.status == 0, "\(output.errorText)")
    return try O.answers(from: output, for: subjects)
}

extension Plan {
    /// "unchanged", "unknown: why", or "change: " and the difference: what tests compare.
    var shown: String {
        switch self {
        case .unchanged: "unchanged"
        case .unknown(let why): "unknown: \(why)"
        case .change(let change): "change: \(change.difference)"
        }
    }

    var titles: [String] {
        if case .change(let change) = self { change.steps.map(\.title) } else { [] }
    }

    /// All scripts of a change, one after the other.
    var script: String {
        guard case .change(let change) = self else { return "" }
        return change.steps.map { step in
            step.script.map { "( \($0)\n) || exit" } ?? ""
        }.joined(separator: "\n")
    }
}

extension Step {
    var script: String? { if case .script(let script) = action { script } else { nil } }
    var upload: Upload? { if case .upload(let upload) = action { upload } else { nil } }
}
