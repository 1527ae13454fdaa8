import Foundation

/// An executable that answers `--list` and `--host NAME` with JSON, as Ansible's inventory scripts do.
struct InventoryScript {
    /// A longer answer is not from an inventory.
    private static let mostBytes = 256 << 20

    let path: String
    /// For each of its runs.
    let deadline: Duration

    /// What the program writes to its standard output. Blocks.
    ///
    /// - Throws: `SourceFailure`: cannot be started, ended with a status but 0, or took too long (then it was killed).
    func run(_ arguments: [String]) throws(SourceFailure) -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        let shown = ([path] + arguments).joined(separator: " ")
        let results = ProgramOutput()
        let work = DispatchGroup()
        work.enter()
        process.terminationHandler = { _ in work.leave() }
        do {
            try process.run()
        } catch {
            throw SourceFailure("\(shown): cannot be started: \(error.localizedDescription)")
        }
        for (index, pipe) in [output, errors].enumerated() {
            DispatchQueue.global().async(group: work) {
                while let data = try? pipe.fileHandleForReading.read(upToCount: 1 << 16), !data.isEmpty {
                    results.append(data, to: index, limit: Self.mostBytes)
                }
            }
        }
        guard work.wait(timeout: .now() + deadline / .seconds(1)) == .success else {
            kill(process.processIdentifier, SIGKILL)
            throw SourceFailure("\(shown): gave no answer within \(deadline)")
        }
        let (text, said) = (results[0], String(decoding: results[1], as: UTF8.self))
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let last = said.split(separator: "\n").last.map { ": \($0)" } ?? ""
            let end = process.terminationReason == .exit ? "ended with status" : "was ended by signal"
            throw SourceFailure("\(shown): \(end) \(process.terminationStatus)\(last)")
        }
        guard let text = String(data: text, encoding: .utf8) else {
            throw SourceFailure("\(shown): its answer is not UTF-8 text")
        }
        return text
    }
}

/// What the two reading threads collect.
private final class ProgramOutput: @unchecked Sendable {
    private let lock = NSLock()
    private var parts = [Data(), Data()]

    func append(_ data: Data, to index: Int, limit: Int) {
        lock.withLock { if parts[index].count < limit { parts[index] += data } }
    }

    subscript(index: Int) -> Data { lock.withLock { parts[index] } }
}
