import Foundation

/// A running `apus` with the catalog of Tests/TestProgram, in a folder of its own.
final class TestRun: @unchecked Sendable {
    let process = Process()
    private let pipe = Pipe()

    convenience init(
        _ playbook: String,
        in place: TestPlace,
        verb: String = "run",
        hosts: String = "here ansible_connection=local\n",
        more: [String] = []
    )
        throws
    {
        let inventory = "\(place.path)/\(UUID().uuidString).ini"
        try hosts.write(toFile: inventory, atomically: false, encoding: .utf8)
        let words = [verb, playbook, "-i", inventory, "--host-folder", "\(place.path)/host"]
        try self.init(words + more, in: place)
    }

    /// `apus` with these words.
    init(_ words: [String], in place: TestPlace) throws {
        process.executableURL = Self.program
        process.arguments = words
        var environment = ProcessInfo.processInfo.environment
        environment["APUS_TEST_FOLDER"] = place.path
        environment["XDG_STATE_HOME"] = "\(place.path)/state"
        process.environment = environment
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
    }

    /// Beside the bundle of the tests.
    private static let program: URL = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return root.appendingPathComponent(".build/debug/apus-test-run")
    }()

    struct Ended {
        let status: Int32
        let output: String
    }

    /// Waits for its end on a thread of its own.
    func end() async -> Ended {
        await withCheckedContinuation { done in
            Thread.detachNewThread { [self] in
                let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                process.waitUntilExit()
                done.resume(returning: Ended(status: process.terminationStatus, output: output))
            }
        }
    }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }
}

/// A folder that playbooks of the test program work in, and that goes at the end.
final class TestPlace: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/apus-place-\(UUID().uuidString)"
        for name in ["host", "target", "source/tree"] {
            try FileManager.default.createDirectory(
                atPath: "\(path)/\(name)",
                withIntermediateDirectories: true
            )
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
    }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

    func read(_ name: String) -> String? { try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

    func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? []).sorted()
    }

    /// - Throws: where `name` is not there within 20 s.
    func wait(for name: String) async throws {
        for _ in 0..<2000 where !has(name) { try await Task.sleep(for: .milliseconds(10)) }
        guard has(name) else { throw Missing(name: name) }
    }

    struct Missing: Error {
        let name: String
    }
}
