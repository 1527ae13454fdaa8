import Foundation

/// A journal that is being written. The file is locked for as long as it is open, which tells a run that goes on
/// from one that was killed.
final class JournalFile: Sendable {
    private let descriptor: Int32
    private let path: String

    /// Makes a file that only its owner may read.
    ///
    /// - Throws: `JournalError`.
    init(creating path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.error("cannot make the journal \(path)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Self.error("cannot lock the journal \(path)")
        }
    }

    deinit { close(descriptor) }

    /// The bytes are with the system when this returns: they outlive this process.
    ///
    /// - Throws: `JournalError`.
    func append(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.error("cannot go on with the journal \(path)") }
            rest = rest.dropFirst(count)
        }
    }

    static func isLocked(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    private static func error(_ what: String) -> JournalError {
        JournalError("\(what): \(String(cString: strerror(errno)))")
    }
}
