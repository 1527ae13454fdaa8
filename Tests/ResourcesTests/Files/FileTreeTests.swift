import Foundation
import Provisioning
import Testing

@testable import Resources

@Suite("File trees")
struct FileTreeTests {
    /// Names that have tripped tools up.
    static let names = [
        "plain.txt", "with space", "-rf", "quote'and\"", "$(touch gone)", "back\\slash", "line\nend", "tab\t",
        "ünïcode/日本語.txt", "deep/er/and/deeper/file", ".hidden", "*", "a;b&c|d",
        String(repeating: "n", count: 120), String(repeating: "d/", count: 60) + "file",
    ]

    private func source() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (index, name) in Self.names.enumerated() { try folder.write(name, "content \(index)\n") }
        try folder.write("program", "#!/bin/sh\n", mode: 0o755)
        try folder.write("empty file", "")
        try folder.write("binary", Data((0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }))
        try folder.write("large", Data(repeating: 7, count: 3 << 20))
        try FileManager.default.createDirectory(
            atPath: folder.path + "/empty folder",
            withIntermediateDirectories: true
        )
        try folder.link("link", to: "plain.txt")
        try folder.link("dangling", to: "no where\n/at all " + String(repeating: "x", count: 110))
        return folder
    }

    private func plan(_ tree: FileTree) throws -> Plan {
        let names =
            tree.exclusive
            ? nil : try LocalTree(folder: tree.source).entries.map(\.path).filter { !$0.contains("/") }
        return tree.plan(from: try LocalShell.look([FileTreeObservation(path: tree.path, names: names)])[0])
    }

    private func converge(_ tree: FileTree) throws -> [String] {
        let plan = try plan(tree)
        let change = try #require(plan.change)
        try LocalShell.apply(change)
        let second = try self.plan(tree)
        #expect(second.isUnchanged, "\(second)")
        return plan.lines
    }

    @Test(
        "every name, content, link and program arrives, and a second run changes nothing",
        arguments: [false, true]
    )
    func copies(exclusive: Bool) throws {
        let source = try source()
        let target = try TemporaryFolder()
        let tree = FileTree(target.path + "/a b/tree", source: source.path, exclusive: exclusive)
        let lines = try converge(tree)
        #expect(lines == ["state: absent → present, with \(Self.names.count + 6) files"])
        #expect(
            try LocalShell.run(
                "diff -r --no-dereference \(shellQuoted(source.path)) \(shellQuoted(tree.path))"
            ) == ShellOutput("")
        )
        #expect(FileManager.default.isExecutableFile(atPath: tree.path + "/program"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: tree.path).allSatisfy {
                !$0.hasPrefix(".apus")
            }
        )
    }

    @Test(
        "exactly what was changed by hand is repaired",
        arguments: [
            ("echo x >'with space'", ["content of PATH/with space"]),
            ("rm -- ./-rf", ["content of PATH/-rf"]),
            ("chmod 644 program", ["program mode: 0644 → 0755"]),
            ("chmod 755 plain.txt", ["plain.txt mode: 0755 → 0644"]),
            ("chmod 640 plain.txt", []),
            ("ln -sfn other link", ["link: → other → → plain.txt"]),
            ("rmdir 'empty folder'", ["empty folder: absent → folder"]),
            (
                "rm -r deep",
                [
                    "deep: absent → folder", "deep/er: absent → folder", "deep/er/and: absent → folder",
                    "deep/er/and/deeper: absent → folder", "content of PATH/deep/er/and/deeper/file",
                ]
            ),
        ]
    )
    func repairs(damage: String, expected: [String]) throws {
        let source = try source()
        let target = try TemporaryFolder()
        let tree = FileTree(target.path + "/tree", source: source.path)
        _ = try converge(tree)
        _ = try LocalShell.run("cd \(shellQuoted(tree.path)) && \(damage)")
        guard !expected.isEmpty else {
            #expect(try plan(tree).isUnchanged)
            return
        }
        #expect(try converge(tree) == expected.map { $0.replacing("PATH", with: tree.path) })
    }

    @Test("what the source does not have stays, unless the tree is exclusive")
    func exclusive() throws {
        let source = try source()
        let target = try TemporaryFolder()
        let path = target.path + "/tree"
        _ = try converge(FileTree(path, source: source.path))
        _ = try LocalShell.run(
            "cd \(shellQuoted(path)) && mkdir -p extra/x deep/more && touch extra/x/y 'deep/more/ z' -- -o"
        )
        #expect(try plan(FileTree(path, source: source.path)).isUnchanged)
        let lines = try converge(FileTree(path, source: source.path, exclusive: true))
        #expect(lines == ["-o: present → absent", "deep/more: present → absent", "extra: present → absent"])
    }

    @Test("a file where a folder belongs is replaced only by an exclusive tree")
    func kinds() throws {
        let source = try source()
        let target = try TemporaryFolder()
        let path = target.path + "/tree"
        _ = try converge(FileTree(path, source: source.path))
        _ = try LocalShell.run("cd \(shellQuoted(path)) && rm -r deep && touch deep")
        #expect(
            try plan(FileTree(path, source: source.path)).whyUnknown?.contains("tree/deep is there") == true
        )
        _ = try converge(FileTree(path, source: source.path, exclusive: true))
    }

    @Test("modes that are asked for are set on files and folders, programs stay programs")
    func modes() throws {
        let source = try source()
        let target = try TemporaryFolder()
        let tree = FileTree(target.path + "/t", source: source.path, fileMode: 0o640, folderMode: 0o750)
        _ = try converge(tree)
        let output = try LocalShell.run("cd \(shellQuoted(tree.path)) && stat -c %a . deep plain.txt program")
        #expect(output.text == "750\n750\n640\n750\n")
    }

    @Test("what a replaced file has besides its content stays")
    func attributes() throws {
        let source = try source()
        let target = try TemporaryFolder()
        let tree = FileTree(target.path + "/t", source: source.path)
        _ = try converge(tree)
        func inTree(_ script: String) throws -> String {
            try LocalShell.run("cd \(shellQuoted(tree.path)) && \(script)").text
        }
        _ = try inTree("cd ünïcode && setfacl -m u:1000:rw 日本語.txt && setfattr -n user.x -v 1 日本語.txt")
        let look = "getfacl -cn ünïcode/*.txt && getfattr -d ünïcode/*.txt"
        let before = try inTree(look)
        #expect(before.contains("user:1000:rw-") && before.contains("user.x"))
        _ = try inTree("echo x | tee ./*.txt ./*/*.txt")
        _ = try converge(tree)
        #expect(try inTree(look) == before)
    }

    @Test("several trees are looked at in one script, and a missing one is nothing but missing")
    func manyTrees() throws {
        let source = try source()
        let seen = try LocalShell.look([
            FileTreeObservation(path: source.path, names: nil),
            FileTreeObservation(path: source.path + "/nothing", names: nil),
            FileTreeObservation(path: source.path, names: ["link", "not there"]),
            FileTreeObservation(path: source.path, names: ["not there"]),
        ])
        #expect(seen[0]?.entries.count == (try LocalTree(folder: source.path).entries.count))
        #expect(seen[1] == nil)
        #expect(seen[2]?.entries.keys.sorted() == ["link"])
        #expect(seen[2]?.entries["link"]?.target == "plain.txt")
        #expect(seen[3]?.entries.isEmpty == true)
    }

    @Test("an archive is as long as it says")
    func archive() throws {
        let source = try source()
        let entries = try LocalTree(folder: source.path).entries.map {
            TarArchive.Entry(path: $0.path, kind: $0.kind, mode: 0o644, modified: $0.modified)
        }
        let archive = TarArchive(entries: entries)
        #expect(try archive.chunks().reduce(0) { try $0 + $1.get().count } == archive.size())
    }
}
