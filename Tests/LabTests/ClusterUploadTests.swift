import Apus
import Foundation
import Testing

extension LabSuite {
    /// What is uploaded arrives whole, whatever is in it and whatever it is called.
    @Suite struct Uploads {
        struct Sample: Sendable, CustomTestStringConvertible {
            let name: String
            let bytes: Int

            var testDescription: String { "\(bytes) bytes as \(name.debugDescription)" }
        }

        static let samples = [
            Sample(name: "empty", bytes: 0),
            Sample(name: "200 KB with spaces", bytes: 200_000),
            Sample(name: "it's \"quoted\" $HOME `id` \\ *", bytes: 70_000),
            Sample(name: "-rf", bytes: 1),
            Sample(name: "Größe.bin", bytes: 1 << 16),
            Sample(name: "300 MB", bytes: 300_000_000),
        ]

        @Test("files from here, in one run", .timeLimit(.minutes(5)))
        func files() async throws {
            let folder = "/var/tmp/apus-uploads"
            let local = try ScratchFolder()
            for (index, sample) in Self.samples.enumerated() {
                try Self.writeNoise(sample.bytes, to: local.path("\(index)"))
            }
            let playbook = Playbook("uploads") {
                Play("Upload", on: Pattern(Node.pi5.address), become: .root) { _ in
                    Directory(folder)
                    for (index, sample) in Self.samples.enumerated() {
                        File("\(folder)/\(sample.name)", source: local.path("\(index)"))
                    }
                    File("\(folder)/NUL", contents: "a\0b\0\n")
                }
            }
            let run = try await LabRun.of([playbook])
            #expect(run.isWell, "\(run.trouble)")
            #expect(run.changed.count == Self.samples.count + 2)

            for (index, sample) in Self.samples.enumerated() {
                let name = "'" + sample.name.replacing("'", with: "'\\''") + "'"
                let there = try await Node.pi5.root("sha256sum < \(folder)/\(name)")
                let here = try await Program(["sh", "-c", "sha256sum < \(local.path("\(index)"))"])
                    .run(deadline: .seconds(60)).succeeded().output
                #expect(there.prefix(64) == here.prefix(64), "\(sample.testDescription)")
            }
            #expect(
                try await Node.pi5.root("od -An -c \(folder)/NUL").split(separator: " ") == [
                    "a", "\\0", "b", "\\0", "\\n",
                ]
            )
            #expect(try await Node.pi5.root("ls -A \(folder) | wc -l") == "\(Self.samples.count + 1)")

            let again = try await LabRun.of([playbook])
            #expect(again.changed == [])
            try await Node.pi5.root("rm -r \(folder)")
        }

        /// Bytes of every value, NUL among them, that no two samples share.
        private static func writeNoise(_ count: Int, to path: String) throws {
            try Data().write(to: URL(fileURLWithPath: path))
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            defer { try? file.close() }
            var state = UInt64(count) | 1
            var left = count
            while left > 0 {
                var chunk = [UInt64](repeating: 0, count: 1 << 16)
                for index in chunk.indices {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    chunk[index] = state ^ state >> 29
                }
                let bytes = chunk.withUnsafeBytes { Data($0.prefix(left)) }
                try file.write(contentsOf: bytes)
                left -= bytes.count
            }
        }
    }
}
