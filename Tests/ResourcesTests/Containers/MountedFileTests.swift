import Foundation
import Provisioning
import Testing

@testable import Resources

@Suite("Files that containers mount", .enabled(if: geteuid() == 0))
struct MountedFileTests {
    private let folder = try! TemporaryFolder()

    /// A process that has "source" at "in side" like a container, and a "docker" that knows it.
    private func start() throws -> Process {
        try folder.write("source", "old\n")
        try folder.write("in side", "")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.arguments = [
            "-m", "sh", "-c", "mount --bind source 'in side' && echo ready && exec sleep 60",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        try #require(output.fileHandleForReading.availableData == Data("ready\n".utf8))
        try folder.write(
            program: "docker",
            "#!/bin/sh\nprintf '/webb 1\\n/web %s\\n/stopped 0\\n' \(process.processIdentifier)\n"
        )
        return process
    }

    private func look(_ subjects: [MountedFileObservation]) throws -> [MountedFile] {
        let output = try LocalShell.run(MountedFileObservation.script(for: subjects), search: [folder.path])
        return try MountedFileObservation.answers(from: output, for: subjects)
    }

    private func subject(_ container: String = "web", source: String = "source", path: String = "in side")
        -> MountedFileObservation
    {
        .init(container: container, source: "\(folder.path)/\(source)", path: "\(folder.path)/\(path)")
    }

    @Test("are seen to be others after they were replaced, and not after they were written in place")
    func replaced() throws {
        let process = try start()
        defer { process.terminate() }
        #expect(try look([subject()]) == [.same])
        try folder.write("copy", "new\n")
        _ = try LocalShell.run("cd \(folder.path) && cat copy >source")
        #expect(try look([subject()]) == [.same])
        _ = try LocalShell.run("cd \(folder.path) && mv copy source")
        #expect(
            try look([
                subject("stopped"), subject(source: "nothing"), subject(), subject(path: "elsewhere"),
                subject("gone"),
                subject(source: "."),
            ]) == [.notMounted, .notMounted, .replaced, .notMounted, .notMounted, .notMounted]
        )
    }

    @Test("are hidden from others than root")
    func unprivileged() throws {
        let process = try start()
        defer { process.terminate() }
        let script = shellQuoted(MountedFileObservation.script(for: [subject()]))
        let output = try LocalShell.run(
            "chmod 755 \(folder.path) && setpriv --reuid 1000 --clear-groups sh -c \(script)",
            search: [folder.path]
        )
        #expect(try MountedFileObservation.answers(from: output, for: [subject()]) == [.hidden])
    }

    @Test("cost no process where only folders are mounted")
    func folders() throws {
        let output = try LocalShell.run(
            MountedFileObservation.script(for: [subject(source: ".")]),
            search: [folder.path]
        )
        #expect(output == ShellOutput("none\n"))
    }
}
