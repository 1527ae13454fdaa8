import Foundation

/// A running agent, or another program that speaks VRRP, whose log can be waited for.
final class AgentProcess: @unchecked Sendable {
    private let process = Process()
    private let condition = NSCondition()
    private var log: [String] = []
    private var partial = Data()

    /// An agent that acts alike on all machines: without ip_vs.
    convenience init(in namespace: String, configuration: URL) throws {
        try self.init(in: namespace, command: [agentPath, "--no-ipvs", "-f", configuration.path])
    }

    init(in namespace: String, command: [String]) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // Both replace themselves, so that signals reach the program.
        process.arguments = ["ip", "netns", "exec", namespace] + command
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading
        // Not by its readability handler: that crashes where the handle goes before the end of the output.
        Thread.detachNewThread { [weak self] in
            while case let data = output.availableData, !data.isEmpty { self?.take(data) }
        }
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// As when the machine loses power: nothing of it runs on.
    func killAll() throws {
        // Stopped, it makes no new child in the place of a killed one.
        signal(SIGSTOP)
        guard eventually(within: 10, { isStopped }) else {
            throw CommandFailure(description: "does not stop:\n\(lines.joined(separator: "\n"))")
        }
        for process in try children() + [process.processIdentifier] { kill(process, SIGKILL) }
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for the end and returns the exit status.
    func wait() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    var isStopped: Bool {
        status(of: process.processIdentifier)["State"] == "T"
    }

    /// The first words of the kernel's lines about the agent or one of its children (proc_pid_status(5)), by their
    /// fields.
    func status(of name: String) throws -> [String: String]? {
        try ([process.processIdentifier] + children()).map { status(of: $0) }.first { $0["Name"] == name }
    }

    func child(named name: String) throws -> Int32? {
        try children().first { status(of: $0)["Name"] == name }
    }

    /// Empty where there is no such process.
    func status(of process: Int32) -> [String: String] {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(process)/status") else { return [:] }
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\n").map { $0.split { $0 == ":" || $0 == "\t" || $0 == " " } }
        let fields = lines.filter { $0.count > 1 }.map { (String($0[0]), String($0[1])) }
        return Dictionary(fields) { first, _ in first }
    }

    /// The ids of its child processes.
    func children() throws -> [Int32] {
        let id = process.processIdentifier
        let text = try String(contentsOfFile: "/proc/\(id)/task/\(id)/children", encoding: .utf8)
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    var lines: [String] { condition.withLock { log } }

    /// Waits until a line behind the first `skipping` contains a text.
    ///
    /// - Returns: the count of lines up to and with it, for the next wait.
    /// - Throws: `CommandFailure` with the whole log after `limit` seconds.
    @discardableResult
    func wait(for text: String, after skipping: Int = 0, limit: TimeInterval) throws -> Int {
        let deadline = Date(timeIntervalSinceNow: limit)
        return try condition.withLock {
            while true {
                if let found = log.dropFirst(skipping).firstIndex(where: { $0.contains(text) }) {
                    return found + 1
                }
                guard condition.wait(until: deadline) else {
                    throw CommandFailure(
                        description: "no '\(text)' within \(limit) s:\n\(log.joined(separator: "\n"))"
                    )
                }
            }
        }
    }

    private func take(_ data: Data) {
        condition.withLock {
            partial.append(data)
            while let end = partial.firstIndex(of: UInt8(ascii: "\n")) {
                log.append(String(decoding: partial[..<end], as: UTF8.self))
                partial.removeSubrange(...end)
            }
            condition.broadcast()
        }
    }
}
