import Foundation

/// What Apus keeps on this machine for its user: `$XDG_STATE_HOME/apus`.
enum StateFolder {
    static var path: String { base + "/apus" }

    private static var base: String {
        // Relative paths are to be ignored: XDG Base Directory Specification, "Basics".
        if let path = ProcessInfo.processInfo.environment["XDG_STATE_HOME"], path.hasPrefix("/") {
            return path
        }
        return NSHomeDirectory() + "/.local/state"
    }

    /// Makes the folder at `path`, which only its owner may enter.
    ///
    /// - Throws: `JournalError`.
    static func make(_ path: String) throws {
        let owned: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: owned
            )
            try FileManager.default.setAttributes(owned, ofItemAtPath: path)
        } catch {
            throw JournalError("cannot make the folder \(path): \(error.localizedDescription)")
        }
    }
}
