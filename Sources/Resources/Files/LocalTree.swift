import Foundation

/// What is in a folder of this machine, by paths relative to it: "conf.d/a.conf".
struct LocalTree: Sendable {
    struct Entry: Sendable {
        let path: String
        let kind: Kind
        /// Seconds since 1970.
        let modified: Int
    }

    enum Kind: Sendable {
        case folder
        case file(Content, isExecutable: Bool)
        case link(to: String)
    }

    /// In the order of their paths' bytes, so that a folder comes before what is in it.
    let entries: [Entry]

    /// - Throws: `LocalFileError` where something cannot be read, or is neither file, folder nor symbolic link.
    init(folder: String) throws {
        var entries: [Entry] = []
        guard try Self.status(of: folder, following: true).kind == S_IFDIR else {
            throw LocalFileError(description: "\(folder) is not a folder")
        }
        var folders = [""]
        while let prefix = folders.popLast() {
            for name in try Self.names(in: folder + "/" + prefix) {
                let entry = try Self.entry(prefix + name, in: folder)
                entries.append(entry)
                if case .folder = entry.kind { folders.append(entry.path + "/") }
            }
        }
        self.entries = entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private static func names(in folder: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw LocalFileError(
                description: "cannot read the folder \(folder): \(error.localizedDescription)"
            )
        }
    }

    private static func entry(_ path: String, in folder: String) throws -> Entry {
        let full = folder + "/" + path
        let status = try status(of: full, following: false)
        let kind: Kind
        switch status.kind {
        case S_IFDIR: kind = .folder
        case S_IFREG: kind = .file(.file(full), isExecutable: status.mode & 0o100 != 0)
        case S_IFLNK:
            do {
                kind = .link(to: try FileManager.default.destinationOfSymbolicLink(atPath: full))
            } catch {
                throw LocalFileError(
                    description: "cannot read the link \(full): \(error.localizedDescription)"
                )
            }
        default: throw LocalFileError(description: "\(full) is neither a file, a folder nor a link")
        }
        return Entry(path: path, kind: kind, modified: status.modified)
    }

    private static func status(of path: String, following: Bool) throws -> (
        kind: mode_t, mode: mode_t, modified: Int
    ) {
        var status = stat()
        guard (following ? stat(path, &status) : lstat(path, &status)) == 0 else {
            throw LocalFileError(description: "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        #if canImport(Darwin)
        let modified = status.st_mtimespec.tv_sec
        #else
        let modified = status.st_mtim.tv_sec
        #endif
        return (status.st_mode & S_IFMT, status.st_mode & 0o7777, modified)
    }
}
