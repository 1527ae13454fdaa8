#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Whole small files: keys and known_hosts.
enum FileBytes {
    /// Blocks.
    static func read(path: String) -> Result<[UInt8], SystemError> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(SystemError(call: "open", code: errno)) }
        defer { close(descriptor) }
        guard let bytes = read(descriptor) else { return .failure(SystemError(call: "read", code: errno)) }
        return .success(bytes)
    }

    /// The permissions of a file that belongs to who asks; nil of others' and missing ones.
    static func ownPermissions(path: String) -> mode_t? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_uid == getuid() else { return nil }
        return status.st_mode & 0o777
    }

    /// All that is left to read; nil on an error, which `errno` tells.
    static func read(_ descriptor: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        defer { buffer.wipe() }
        while true {
            let count = retryingInterrupts {
                #if canImport(Darwin)
                Darwin.read(descriptor, &buffer, buffer.count)
                #else
                Glibc.read(descriptor, &buffer, buffer.count)
                #endif
            }
            guard count >= 0 else { return nil }
            guard count > 0 else { return bytes }
            bytes += buffer[0..<count]
        }
    }
}
