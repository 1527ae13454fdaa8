import Foundation
import Testing

@testable import Provisioning
@testable import Resources

@Suite("One look at many paths")
struct FileObservationTests {
    @Test("tells them apart, and digests what is a regular file", arguments: [HostTools.debian, .busyBox])
    func look(tools: HostTools) throws {
        let folder = try TemporaryFolder()
        // BusyBox's sha256sum writes a name as it is.
        let odd = tools == .debian ? "two\nlines" : "two words"
        let script = """
            cd \(folder.path); mkdir folder; mkfifo pipe; printf a >file; printf b >large; printf c >\(shellQuoted(odd))
            ln -s file link; ln -s nowhere dangling; ln -s no/where broken
            """
        try #require(try LocalShell.run(script).status == 0)
        let names = ["large", "absent", "folder", "pipe", odd, "file", "link", "dangling", "broken"]
        let states = try LocalShell.look(
            names.map {
                let isLarge = $0 == "large" || $0 == odd
                return FileObservation(
                    path: "\(folder.path)/\($0)",
                    digest: true,
                    size: isLarge ? 1 << 30 : 1
                )
            },
            with: tools
        )
        let kinds: [FileState.Kind?] = [
            .file, nil, .directory, .other, .file, .file, .file, nil, .brokenLink,
        ]
        #expect(states.map { $0?.kind } == kinds)
        #expect(states.map { $0?.isLink ?? false } == names.map { $0 == "link" || $0 == "broken" })
        let texts = ["b", nil, nil, nil, "c", "a", "a", nil, nil]
        #expect(
            states.map { $0?.digest } == texts.map { $0.map { SHA256Digest.hexadecimal(of: Array($0.utf8)) } }
        )
    }

    @Test(
        "a large file whose digest is known is not read again, until something happened to it",
        arguments: [HostTools.debian, .busyBox],
        [
            (":", true), ("echo b >file", false), ("touch file", false), ("chmod 600 file", false),
            ("cp -p file other; mv other file", false),
            // Whoever hides behind an old time has changed the other one.
            ("cp -p file other; echo b >file; touch -r other file", false),
        ]
    )
    func told(tools: HostTools, event: (script: String, isKnown: Bool)) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        try folder.write("file", "a\n")
        let digest = String(repeating: "0", count: 64)
        let told = try LocalShell.run(
            "\(DigestMemory.tellFunction)\ntell_identity \(path)",
            with: tools
        )
        var memory = DigestMemory()
        memory.note(digest, ofFilesToldIn: told.errorText)
        // A file system's clock ticks every few milliseconds.
        let tick = "until touch tick; [ \"$(stat -c %z tick)\" != \"$(stat -c %z file)\" ]; do :; done"
        let change = try LocalShell.run("cd \(folder.path); \(tick); \(event.script)")
        try #require(change.status == 0, "\(change.errorText)")
        let subject = FileObservation(path: path, digest: true, size: 1 << 30)
        let output = try LocalShell.run(memory.informing(FileObservation.script(for: [subject])), with: tools)
        let state = try FileObservation.answers(from: output, for: [subject])[0]
        #expect((state?.digest == digest) == event.isKnown, "\(output)")
    }
}
