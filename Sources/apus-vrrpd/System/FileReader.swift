import CLinux

/// Reads configuration files.
enum FileReader {
    /// More than any configuration; a mistyped path must not fill the memory.
    static let limit = 4 << 20

    static func read(_ path: String) throws(SystemError) -> [UInt8] {
        let descriptor = Int32(try check(linux_open(path), "open \(path)"))
        defer { linux_close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            let result = buffer.withUnsafeMutableBytes {
                linux_read(descriptor, $0.baseAddress, Int64($0.count))
            }
            let count = try check(result, "read \(path)")
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
            guard bytes.count <= limit else {
                throw SystemError(operation: "read \(path): longer than 4 MiB", code: 27)
            }
        }
    }

    /// The files that a shell pattern names, sorted; none is no error.
    static func glob(_ pattern: String) throws(SystemError) -> [String] {
        let found = FoundPaths()
        let result = linux_glob(pattern, Unmanaged.passUnretained(found).toOpaque()) { context, path in
            guard let context, let path else { return }
            Unmanaged<FoundPaths>.fromOpaque(context).takeUnretainedValue().paths.append(
                String(cString: path)
            )
        }
        _ = try check(result, "look for \(pattern)")
        return found.paths
    }

    /// - Parameter purpose: what must not be done where others can change the file.
    static func requireOnlyRootChanges(_ path: String, _ purpose: String) throws(SystemError) {
        _ = try check(
            linux_only_root_changes(path),
            "\(purpose) as root, since others than root could change it or a directory above it",
            remedy: "let it and the directories above be root's, and writable for root only"
        )
    }

    private final class FoundPaths {
        var paths: [String] = []
    }
}
