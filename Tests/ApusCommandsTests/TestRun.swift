import Foundation

/// A running `apus` with the catalog of Tests/TestProgram, in a folder of its own.
final class TestRun {
    let process = Process()
    private let place: TestPlace
    private let log: String

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
    ///
    /// - Parameters:
    ///   - terminal: its standard input.
    ///   - environment: beside that of the tests.
    init(
        _ words: [String],
        in place: TestPlace,
        at terminal: TestTerminal? = nil,
        environment: [String: String] = [:]
    ) throws {
        self.place = place
        log = "\(place.path)/\(UUID().uuidString).log"
        process.executableURL = Self.program
        process.arguments = words
        process.environment = Self.environment(in: place).merging(environment) { $1 }
        try Data().write(to: URL(fileURLWithPath: log))
        let output = FileHandle(forWritingAtPath: log)
        process.standardInput = terminal?.device ?? FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    static func environment(in place: TestPlace) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment["APUS_TEST_FOLDER"] = place.path
        environment["XDG_STATE_HOME"] = "\(place.path)/state"
        return environment
    }

    /// Beside the bundle of the tests.
    static let program: URL = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return root.appendingPathComponent(".build/debug/apus-test-run")
    }()

    struct Ended {
        /// As a shell has it: 128 and the signal's number where one ended the program.
        let status: Int32
        let output: String
    }

    /// What it wrote so far.
    var output: String {
        String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
    }

    /// - Throws: `Hangs` where it does not end; it is killed then.
    @discardableResult
    func end() async throws -> Ended {
        try await wait("end") { !process.isRunning }
        let isSignal = process.terminationReason == .uncaughtSignal
        return Ended(status: process.terminationStatus + (isSignal ? 128 : 0), output: output)
    }

    /// Waits until it has written `text` so many times.
    ///
    /// - Throws: `Hangs` where it does not; it is killed then.
    func says(_ text: String, times: Int = 1) async throws {
        try await wait("say «\(text)»") { output.ranges(of: text).count >= times }
    }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Far more than anything here takes on a machine that is busy.
    private static let patience = Duration.seconds(120)

    private func wait(_ what: String, until isSo: () -> Bool) async throws {
        guard try await eventually(within: Self.patience, isSo) else {
            send(SIGKILL)
            throw Hangs(what: what, output: output)
        }
    }

    struct Hangs: Error, CustomStringConvertible {
        let what: String
        let output: String
        var description: String { "apus did not \(what); it wrote: \(output)" }
    }
}

/// Looks again and again.
///
/// - Returns: whether it is so before the time is over.
func eventually(within patience: Duration = .seconds(60), _ isSo: () -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + patience
    while !isSo() {
        guard ContinuousClock.now < deadline else { return false }
        try await Task.sleep(for: .milliseconds(10))
    }
    return true
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

    /// - Throws: where `name` is not there in time.
    func wait(for name: String) async throws {
        guard try await eventually({ has(name) }) else { throw Missing(name: name) }
    }

    /// Keeps the task of that name from ending, until it is released.
    func hold(_ name: String) throws { try write("\(name).hold", "") }

    func release(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name).hold") }

    /// Those with its path in their command line.
    var processes: [String] {
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return numbers.filter { Int($0) != nil }.filter { number in
            FileManager.default.contents(atPath: "/proc/\(number)/cmdline")
                .map { String(decoding: $0, as: UTF8.self).contains(path) } ?? false
        }
    }

    struct Missing: Error {
        let name: String
    }
}
