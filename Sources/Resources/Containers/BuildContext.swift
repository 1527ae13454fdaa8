import Foundation
import Provisioning

/// What an image is built from: a folder of this machine with a Dockerfile, and files that exist only in Swift.
public struct BuildContext: Sendable {
    private let folder: String?
    private let additions: [String: String]

    /// - Parameters:
    ///   - folder: a relative path is beside the Swift file that says so.
    ///   - additions: contents by path in the context: a rendered configuration. They replace files of the folder.
    public init(_ folder: String, adding additions: [String: String] = [:], beside: StaticString = #filePath)
    {
        self.folder = localPath(folder, beside: beside)
        self.additions = additions
    }

    /// - Parameter files: contents by path in the context; one of them is "Dockerfile".
    public init(files: [String: String]) {
        folder = nil
        additions = files
    }

    /// Modes do not come from the umask of whoever checked the folder out: 0755 for folders and programs, else 0644.
    ///
    /// - Throws: `LocalFileError`.
    func entries() throws -> [TarArchive.Entry] {
        let local = try folder.map { try LocalTree(folder: $0).entries } ?? []
        var entries = local.filter { additions[$0.path] == nil }.map { entry in
            let mode: FileMode
            switch entry.kind {
            case .folder, .file(_, isExecutable: true): mode = 0o755
            case .file: mode = 0o644
            case .link: mode = 0o777
            }
            return TarArchive.Entry(path: entry.path, kind: entry.kind, mode: mode, modified: entry.modified)
        }
        let now = Int(Date().timeIntervalSince1970)
        for (path, text) in additions.sorted(by: { $0.key < $1.key }) {
            let kind = LocalTree.Kind.file(.text(text), isExecutable: false)
            entries.append(TarArchive.Entry(path: path, kind: kind, mode: 0o644, modified: now))
        }
        guard entries.contains(where: { $0.path == "Dockerfile" }) else {
            throw LocalFileError(description: "\(folder ?? "the build context") has no Dockerfile")
        }
        return entries
    }

    /// SHA-256 over all that the image depends on: names, kinds, modes, contents, and `arguments`; not times.
    ///
    /// - Throws: `LocalFileError`.
    func digest(arguments: [String: String]) throws -> String {
        var listing: [UInt8] = []
        func add(_ parts: String...) {
            // Each with its length, so that no two lists of parts look the same.
            for part in parts { listing += Array("\(part.utf8.count):\(part)".utf8) }
        }
        for entry in try entries().sorted(by: { $0.path < $1.path }) {
            switch entry.kind {
            case .folder: add("folder", entry.path)
            case .file(let content, _): add("file", entry.path, "\(entry.mode)", try content.digest())
            case .link(let target): add("link", entry.path, target)
            }
        }
        for (name, value) in arguments.sorted(by: { $0.key < $1.key }) { add("argument", name, value) }
        return SHA256Digest.hexadecimal(of: listing)
    }
}
