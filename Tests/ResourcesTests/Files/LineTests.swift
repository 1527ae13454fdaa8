import Foundation
import Provisioning
import Testing

@testable import Resources

@Suite("Lines of files")
struct LineTests {
    private static let ssh = LinePattern.regex("^#?PermitRootLogin ")

    @Test(
        "edits",
        arguments: [
            (Line("/x", "b"), "a\nb\n", "a\nb\n"),
            (Line("/x", "b"), "a\n", "a\nb\n"),
            (Line("/x", "b"), "a", "a\nb\n"),
            (Line("/x", "b"), "", "b\n"),
            (Line("/x", "b"), "b", "b"),
            (Line("/x", "b"), "b\n\nb\n", "b\n\nb\n"),
            (Line("/x", "b", position: .beginning), "a\n", "b\na\n"),
            (Line("/x", "b", position: .after(.prefix("["))), "[one]\n[two]\nx\n", "[one]\n[two]\nb\nx\n"),
            (Line("/x", "b", position: .before(.prefix("["))), "x\n[one]\n[two]\n", "x\nb\n[one]\n[two]\n"),
            (Line("/x", "b", position: .before(.prefix("["))), "x\n", "x\nb\n"),
            (
                Line("/x", "PermitRootLogin no", matching: ssh), "a\n#PermitRootLogin yes\nb\n",
                "a\nPermitRootLogin no\nb\n"
            ),
            (
                Line("/x", "PermitRootLogin no", matching: ssh),
                "#PermitRootLogin yes\nPermitRootLogin no\nPermitRootLogin x\n",
                "PermitRootLogin no\n"
            ),
            (Line("/x", "PermitRootLogin no", matching: ssh), "PermitRootLogin no\n", "PermitRootLogin no\n"),
            (Line("/x", "key = 2", matching: .prefix("key =")), "key = 1\r\n", "key = 2\n"),
            (Line("/x", "b", state: .absent), "b\na\nb\n", "a\n"),
            (Line("/x", "b", state: .absent), "b\n", ""),
            (Line("/x", "b", state: .absent), "a", "a"),
            (Line("/x", "", matching: .prefix("#"), state: .absent), "#1\na\n# 2\n", "a\n"),
        ]
    )
    func edit(line: Line, before: String, after: String) throws {
        try line.validate()
        let edited = try line.edited(Array(before.utf8))
        #expect(String(decoding: edited, as: UTF8.self) == after)
        #expect(try line.edited(edited) == edited, "a second edit changes nothing")
    }

    @Test func bytesThatAreNoTextStay() throws {
        let before: [UInt8] = [0xff, 0xfe, 0x0a, 0x00, 0x0a]
        #expect(try Line("/x", "b").edited(before) == before + [0x62, 0x0a])
    }

    @Test(
        "says what it cannot know",
        arguments: [
            (FileText.absent, "unknown: /x is not there yet"),
            (.other, "unknown: /x is there, and is not a regular file"),
            (.tooLarge(2_000_000), "unknown: /x has 2000000 bytes; Line reads files of at most 1048576"),
            (.text(Array("b\n".utf8)), "unchanged"),
            (.text([]), "change: content of /x"),
        ]
    )
    func plan(text: FileText, plan: String) {
        #expect(Line("/x", "b").plan(from: (text, text == .absent ? nil : FileState())).shown == plan)
    }

    @Test func aMissingFileIsMadeOnRequestOnly() {
        #expect(Line("/x", "b", create: true).plan(from: (.absent, nil)).shown == "change: content of /x")
        #expect(Line("/x", "b", state: .absent).plan(from: (.absent, nil)).shown == "unchanged")
    }

    @Test(
        "refuses what would match all or nothing",
        arguments: [
            Line("/x", ""), Line("x", "a"), Line("/x", "a\nb"), Line("/x", "a", matching: .prefix("")),
            Line("/x", "a", matching: .regex("(")), Line("/x", "a", matching: .regex("")),
            Line("/x", "a", position: .after(.regex(".*"))),
        ]
    )
    func validation(line: Line) { #expect(throws: (any Error).self) { try line.validate() } }

    @Test("is applied to a real file, keeps its mode, and is then unchanged")
    func reality() throws {
        let scratch = try ScratchFolder()
        let odd = "it's \"odd\" $(x) `y` \\n %s"
        try scratch.write("a file", "one\ntwo")
        chmod("\(scratch.path)/a file", 0o640)
        let line = Line("\(scratch.path)/a file", odd)
        func plan() throws -> Plan {
            let text = try look(at: [
                FileTextObservation(path: line.path), .init(path: "/nowhere"), .init(path: "/"),
            ])
            #expect(text[1] == .absent)
            #expect(text[2] == .other)
            return line.plan(from: (text[0], try look(at: [FileObservation(path: line.path)])[0]))
        }
        #expect(try shell(plan().script).errorText == "")
        #expect(try plan().shown == "unchanged")
        #expect(try scratch.read("a file") == "one\ntwo\n\(odd)\n")
        #expect(try look(at: [FileObservation(path: line.path)])[0]?.mode == 0o640)
    }

    @Test func manyFilesAreReadInOneLook() throws {
        let scratch = try ScratchFolder()
        let texts = ["", "no end", "a\nb\n", "\n", String(repeating: "x", count: 100_000)]
        for (index, text) in texts.enumerated() { try scratch.write("\(index)", text) }
        try scratch.write("large", String(repeating: "x", count: FileTextObservation.limit + 1))
        let paths = ["large"] + texts.indices.map(String.init)
        let seen = try look(at: paths.map { FileTextObservation(path: "\(scratch.path)/\($0)") })
        #expect(seen == [.tooLarge(FileTextObservation.limit + 1)] + texts.map { .text(Array($0.utf8)) })
    }
}
