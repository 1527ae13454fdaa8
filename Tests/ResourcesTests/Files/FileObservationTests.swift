import Foundation
import Provisioning
import Testing

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
                return FileObservation(path: "\(folder.path)/\($0)", digest: true, isLarge: isLarge)
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
}
