import Foundation
import Testing

@Suite("Replay")
struct ReplayTests {
    @Test("the story is told here as on every architecture")
    func transcript() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "replay.txt"
        )
        #expect(try String(contentsOf: file, encoding: .utf8) == Replay.transcript)
    }
}
