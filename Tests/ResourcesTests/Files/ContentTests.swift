import Foundation
import Testing

@testable import Resources

@Suite("Content from a file of this machine")
struct ContentTests {
    @Test("is compared by size before anybody waits for its digest")
    func compared() throws {
        let folder = try TemporaryFolder()
        try folder.write("source", Data(repeating: 0, count: 5 << 20))
        let file = File("/etc/x", source: folder.path + "/source")
        try file.validate()
        let digest = try Content.file(folder.path + "/source").digest()
        func content(over state: FileState?) -> String? { file.plan(from: state).lines.last }
        #expect(file.plan(from: FileState(size: 5 << 20, digest: digest)).isUnchanged)
        #expect(content(over: nil) == "content: absent → 5242880 bytes")
        #expect(content(over: FileState(size: 7, digest: digest)) == "content: 7 bytes → 5242880 bytes")
        let other = String(repeating: "0", count: 64)
        #expect(
            content(over: FileState(size: 5 << 20, digest: other))
                == "content: \(other.shortDigest) → \(digest.shortDigest)"
        )
    }

    @Test("that cannot be read is an error before any host is touched")
    func unreadable() {
        #expect(throws: LocalFileError.self) { try File("/etc/x", source: "/no/such").validate() }
        #expect(throws: LocalFileError.self) { try File("/etc/x", source: "/etc").validate() }
    }
}
