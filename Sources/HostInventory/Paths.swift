#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Paths as texts; nothing is looked up.
enum Paths {
    /// The absolute path, or one that is relative to the same folder as `file`; nil where it begins with `~` and HOME
    /// is not set.
    static func resolve(_ path: String, besideFile file: String) -> String? {
        if path == "~" || path.hasPrefix("~/") {
            guard let home = ProcessInfo.processInfo.environment["HOME"], !home.isEmpty else { return nil }
            return home + path.dropFirst()
        }
        return path.hasPrefix("/") ? path : join(folderOf: file, path)
    }

    /// The folder that a file is in. Foundation's `deletingLastPathComponent` traps where a path is one character long.
    static func folder(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "." }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }

    /// The path relative to the file's folder, without needless `.` and `..`.
    private static func join(folderOf file: String, _ path: String) -> String {
        var parts: [Substring] = []
        let isAbsolute = file.hasPrefix("/")
        for part in file.split(separator: "/").dropLast() + path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !isAbsolute {
                parts.append(part)
            }
        }
        return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
    }
}
