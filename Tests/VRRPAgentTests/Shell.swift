import Foundation

struct CommandFailure: Error, CustomStringConvertible {
    var description: String
}

/// Runs a program to its end.
@discardableResult
func run(_ arguments: [String], expecting status: Int32? = 0) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    if let status, process.terminationStatus != status {
        throw CommandFailure(
            description:
                "\(arguments.joined(separator: " ")): exit status \(process.terminationStatus): \(output)"
        )
    }
    return (process.terminationStatus, output)
}

/// Whether a condition comes true within a time; looks again and again.
func eventually(within limit: TimeInterval = 2, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Date(timeIntervalSinceNow: limit)
    while Date() < deadline {
        if try condition() { return true }
        Thread.sleep(forTimeInterval: 0.01)
    }
    return false
}

/// The agent beside the test bundle.
let agentPath = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("apus-vrrpd").path

/// Namespaces and raw sockets need root; elsewhere these tests say so instead of failing.
let canUseNamespaces: Bool = {
    guard geteuid() == 0 else { return false }
    let name = "vr-\(getpid())-probe"
    guard (try? run(["ip", "netns", "add", name])) != nil else { return false }
    return (try? run(["ip", "netns", "delete", name])) != nil
}()
