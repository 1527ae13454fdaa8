import Foundation

/// Lets a person edit a text that must not stay on a disk.
///
/// The editor gets a file in a folder of its own (mode 0700) that lies in memory where the system has such a place
/// (`/dev/shm`, `XDG_RUNTIME_DIR`); elsewhere it is overwritten before it goes. Whatever the editor leaves beside it,
/// backups and swap files, goes too.
public struct VaultEditor: Sendable {
    /// A command for sh, to which the file's name is added.
    public let command: String
    private let folders: [String]

    public init(command: String) {
        self.command = command
        let runtime = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"]
        folders = ["/dev/shm", runtime, NSTemporaryDirectory()].compactMap(\.self)
    }

    /// - Parameter name: of the file, so that the editor knows its kind.
    /// - Throws: `VaultError` where the editor fails; then nothing is kept of its work.
    public func edit(_ plain: [UInt8], name: String) throws -> [UInt8] {
        let folder = try makeFolder()
        let path = "\(folder)/\(name)"
        defer { Self.wipe(folder) }
        let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw VaultError("no file for the editor: \(String(cString: strerror(errno)))")
        }
        do {
            defer { close(descriptor) }
            try VaultFile.write(plain, to: descriptor) {
                VaultError("no room for the editor's file in \(folder)")
            }
        }
        let status = try run(path)
        guard status == 0 else {
            throw VaultError("the editor «\(command)» ended with status \(status); nothing was changed")
        }
        guard let edited = FileManager.default.contents(atPath: path) else {
            throw VaultError("the editor «\(command)» left no file; nothing was changed")
        }
        return Array(edited)
    }

    private func makeFolder() throws -> String {
        for parent in folders {
            var template = Array("\(parent)/apus-vault-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { continue }
            return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        throw VaultError("no folder for the editor's file in \(folders.joined(separator: ", "))")
    }

    private func run(_ path: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "\(command) \"$1\"", "sh", path]
        // Ctrl-C is the editor's, and what it edits must be wiped.
        let before = signal(SIGINT, SIG_IGN)
        defer { signal(SIGINT, before) }
        do {
            try process.run()
        } catch {
            throw VaultError("the editor «\(command)» cannot be started: \(error.localizedDescription)")
        }
        process.waitUntilExit()
        return process.terminationStatus
    }

    private static func wipe(_ folder: String) {
        let files =
            FileManager.default.enumerator(atPath: folder)?.allObjects.compactMap { $0 as? String } ?? []
        for path in files.map({ "\(folder)/\($0)" }) {
            guard let handle = FileHandle(forUpdatingAtPath: path) else { continue }
            if let length = try? handle.seekToEnd() {
                handle.seek(toFileOffset: 0)
                handle.write(Data(count: Int(length)))
                handle.synchronizeFile()
            }
        }
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            FileHandle.standardError.write(Data("\(folder) could not be removed: \(error)\n".utf8))
        }
    }
}
