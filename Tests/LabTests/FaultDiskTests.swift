import Apus
import Foundation
import Provisioning
import Testing

extension LabSuite {
    /// File systems that do not take what is written to them.
    @Suite struct Disks {
        static let node = Node.pi4
        static let folder = "/var/tmp/apus-disk"

        struct Written: Sendable, CustomTestStringConvertible {
            let testDescription: String
            /// What becomes of the files, by their names in `folder`.
            let files: [String: String]
            let task: @Sendable (_ source: ScratchFolder) throws -> Play.Task
        }

        /// Larger than the small file system, and than what travels inside a script.
        static let large = String(repeating: "new content\n", count: 20_000)

        static let writes = [
            Written(testDescription: "a text", files: ["text": large]) { _ in
                Play.Task(File("\(folder)/text", contents: large))
            },
            Written(testDescription: "an upload", files: ["upload": large + large]) { source in
                Play.Task(File("\(folder)/upload", source: try source.write("upload", large + large)))
            },
            Written(testDescription: "a tree", files: ["tree/a": large, "tree/b": large]) { source in
                try FileManager.default.createDirectory(
                    atPath: source.path("tree"),
                    withIntermediateDirectories: false
                )
                for name in ["a", "b"] { try source.write("tree/\(name)", large) }
                return Play.Task(FileTree("\(folder)/tree", source: source.path("tree")))
            },
        ]

        private func old(_ write: Written) -> String {
            write.files.keys.map {
                "mkdir -p $(dirname \(Self.folder)/\($0)); echo old >\(Self.folder)/\($0)"
            }
            .joined(separator: "\n")
        }

        @Test(
            "a disk that takes nothing keeps the old content whole; with room the run is done",
            arguments: writes
        )
        func full(_ write: Written) async throws {
            let source = try ScratchFolder()
            let task = try write.task(source)
            let hosts = try LabHosts()
            try await Self.node.whileBroken(
                by: "mkdir -p \(Self.folder)\nmount -t tmpfs -o size=64k tmpfs \(Self.folder)\n\(old(write))",
                mendedBy: "! mountpoint -q \(Self.folder) || umount \(Self.folder); rm -rf \(Self.folder)"
            ) { _ in
                for (words, options) in [
                    ("No space left on device", "ro"), ("Read-only file system", "rw,size=16m"),
                ] {
                    let refused = try await hosts.run(on: Self.node.address) { task }
                    #expect(refused.recap.exitStatus == 2)
                    #expect(refused.trouble.contains(words), "\(refused.transcript)")
                    #expect(try await contents() == write.files.mapValues { _ in Self.digest("old\n") })
                    try await Self.node.root("mount -o remount,\(options) \(Self.folder)")
                }
                let done = try await hosts.run(on: Self.node.address) { task }
                #expect(done.trouble == "")
                #expect(try await contents() == write.files.mapValues(Self.digest))
            }
        }

        /// The digests of all files in the folder, temporary ones too, by their names.
        private func contents() async throws -> [String: String] {
            let lines = try await Self.node.root("cd \(Self.folder); find . -type f -exec sha256sum {} +")
                .split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1) }
            return Dictionary(uniqueKeysWithValues: lines.map { (String($0[1].dropFirst(3)), String($0[0])) })
        }

        private static func digest(_ text: String) -> String {
            SHA256Digest.hexadecimal(of: Array(text.utf8))
        }

        @Test("/tmp may be mounted noexec: packages, files and jobs need nothing else")
        func noExecution() async throws {
            let source = try ScratchFolder()
            let upload = try source.write("upload", Self.large + Self.large)
            try await Self.node.whileBroken(
                by: "mount -t tmpfs -o noexec,mode=1777 tmpfs /tmp",
                mendedBy:
                    "umount -l /tmp; rm -rf \(Self.folder); apt-get purge -qy tree >/var/tmp/out; rm /var/tmp/out"
            ) { _ in
                let outcome = try await LabHosts().run(on: Self.node.address) {
                    Package("tree")
                    Directory(Self.folder)
                    File("\(Self.folder)/text", contents: Self.large)
                    File("\(Self.folder)/upload", source: upload)
                    Command(
                        ["sh", "-c", "tree \(Self.folder) >\(Self.folder)/tree"],
                        creates: "\(Self.folder)/tree"
                    )
                    TestStep(name: "job", script: "[ -s \(Self.folder)/tree ]", isJob: true)
                }
                #expect(outcome.trouble == "")
                #expect(outcome.recap.hosts.first?.line.changed == 6)
            }
        }

        struct JobFolder: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let breaking: String
            let says: String
        }

        private static let jobs = "/var/lib/apus/jobs"

        static let jobFolders = [
            JobFolder(
                testDescription: "is full from the start",
                breaking:
                    "mount -t tmpfs -o size=8k tmpfs \(jobs); dd if=/dev/zero of=\(jobs)/.full 2>&1 || :",
                says: "is the disk full?"
            ),
            JobFolder(
                testDescription: "is filled by what the job writes",
                breaking: "mount -t tmpfs -o size=64k tmpfs \(jobs)",
                says: "status 7"
            ),
            JobFolder(
                testDescription: "is read-only",
                breaking: "mount -t tmpfs -o ro tmpfs \(jobs)",
                says: "Read-only file system"
            ),
            JobFolder(
                testDescription: "cannot be made",
                breaking: "rmdir \(jobs); touch \(jobs)",
                says: "File exists"
            ),
        ]

        @Test("a job whose folder fails to take it has failed, and says why and how", arguments: jobFolders)
        func jobFolder(_ folder: JobFolder) async throws {
            try await Self.node.whileBroken(
                by: "rm -rf \(Self.jobs); mkdir -p \(Self.jobs)\n\(folder.breaking)",
                mendedBy: "! mountpoint -q \(Self.jobs) || umount \(Self.jobs); rm -rf \(Self.jobs)"
            ) { _ in
                let outcome = try await LabHosts().run(on: Self.node.address) {
                    TestStep(name: "job", script: "seq 100000; exit 7", isJob: true)
                }
                #expect(outcome.trouble.contains(folder.says), "\(outcome.transcript)")
                #expect(try await Self.node.root("find \(Self.jobs) -mindepth 1 ! -name .full") == "")
            }
        }
    }
}
