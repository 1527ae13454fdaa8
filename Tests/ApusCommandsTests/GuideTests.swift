import Foundation
import Testing

@Suite("The guide to playbooks")
struct GuideTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private func lines(of path: String) throws -> [String] {
        try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
            .components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    @Test func showsOnlyWhatCompiles() throws {
        let guide = try lines(of: "docs/playbooks.md").joined(separator: "\n")
        let compiled = try lines(of: "Tests/TestProgram/Guide.swift").joined(separator: "\n")
        let examples = guide.matches(of: /```swift\n((?s).*?)```/).map { String($0.output.1) }
        #expect(examples.count > 5)
        for example in examples { #expect(compiled.contains(example)) }
    }
}
