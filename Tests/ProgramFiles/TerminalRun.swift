import Foundation
import Synchronization

/// A program at a terminal of its own, which util-linux's script makes.
public final class TerminalRun: Sendable {
    private let input: FileHandle
    private let process: Process
    private let said = Mutex("")

    /// - Parameter words: the program and its arguments, without single quotes.
    public init(_ words: [String], environment: [String: String]? = nil) throws {
        let command = words.map { "'\($0)'" }.joined(separator: " ")
        let (toProgram, fromProgram) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/script")
        process.arguments = ["-q", "-e", "-c", command, "/dev/null"]
        if let environment { process.environment = environment }
        process.standardInput = toProgram
        process.standardOutput = fromProgram
        try process.run()
        self.process = process
        input = toProgram.fileHandleForWriting
        let output = fromProgram.fileHandleForReading
        Thread.detachNewThread { [self] in
            while case let bytes = output.availableData, !bytes.isEmpty {
                said.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            }
        }
    }

    /// All that stood on the terminal so far.
    public var transcript: String { said.withLock(\.self) }

    /// Waits until the terminal shows `question` for the time of that number, and types the answer.
    public func answer(_ question: String, number: Int = 1, with answer: String) async throws {
        try await self.answer(question, number: number) { _ in answer }
    }

    /// The same, with an answer to the line that the question stands in.
    public func answer(_ question: String, number: Int, _ answer: (_ line: Substring) -> String) async throws
    {
        try await wait { $0.ranges(of: question).count >= number }
        let line = transcript.split(whereSeparator: \.isNewline).last ?? ""
        input.write(Data("\(answer(line))\n".utf8))
    }

    /// - Returns: the exit status.
    public func end() async throws -> Int32 {
        let process = process
        try await wait { _ in !process.isRunning }
        return process.terminationStatus
    }

    private func wait(until holds: @Sendable (String) -> Bool) async throws {
        for _ in 0..<6000 where !holds(transcript) { try await Task.sleep(for: .milliseconds(10)) }
        guard holds(transcript) else { throw TimedOut(transcript: transcript) }
    }

    public struct TimedOut: Error {
        public let transcript: String
    }
}
