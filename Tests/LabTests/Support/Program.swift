import Foundation

/// A program of this machine, run to its end or to its deadline.
struct Program {
    var arguments: [String]

    init(_ arguments: [String]) { self.arguments = arguments }

    struct Ended: Sendable {
        let command: String
        let status: Int32
        let output: String
        let errors: String
        let duration: Duration

        /// - Throws: `ProgramFailure` where the status is not 0.
        func succeeded() throws -> Ended {
            guard status == 0 else { throw ProgramFailure(ended: self) }
            return self
        }
    }

    /// - Throws: `ProgramFailure` after the deadline; the program and its children are gone then.
    func run(input: String = "", deadline: Duration) async throws -> Ended {
        let files = try ScratchFolder()
        let (outputFile, errorFile) = (files.path("output"), files.path("errors"))
        let inputFile = try files.write("input", input)
        for path in [outputFile, errorFile] {
            try files.write(URL(fileURLWithPath: path).lastPathComponent, "")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        // It ends the whole process group; 124 is its word for "too late", 137 where a kill was needed.
        process.arguments = ["--kill-after=5", "\(deadline.components.seconds)"] + arguments
        process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "SSH_AUTH_SOCK" }
        process.currentDirectoryURL = URL(fileURLWithPath: Lab.root)
        process.standardInput = FileHandle(forReadingAtPath: inputFile)
        // Files, not pipes: what outlives the program (a node's keeper) must not keep us waiting for its end.
        process.standardOutput = FileHandle(forWritingAtPath: outputFile)
        process.standardError = FileHandle(forWritingAtPath: errorFile)
        let start = ContinuousClock.now
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in done.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                done.resume(throwing: error)
            }
        }
        let ended = Ended(
            command: arguments.joined(separator: " "),
            status: process.terminationStatus,
            output: try files.text("output"),
            errors: try files.text("errors"),
            duration: start.duration(to: .now)
        )
        guard ![124, 137].contains(ended.status) else { throw ProgramFailure(ended: ended) }
        return ended
    }
}

struct ProgramFailure: Error, CustomStringConvertible {
    let ended: Program.Ended

    var description: String {
        """
        \(ended.command): status \(ended.status) after \(ended.duration)
        \(ended.output.suffix(4000))
        \(ended.errors.suffix(4000))
        """
    }
}

/// A folder that goes when nobody has it any more.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent("apus-lab-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path(name))), as: UTF8.self)
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }
}
