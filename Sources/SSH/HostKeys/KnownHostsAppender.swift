#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A known_hosts file, locked against other processes while a key is added to it.
struct KnownHostsAppender {
    private let path: String
    private let descriptor: Int32

    /// Opens and locks the file; creates it (mode 0600), and its folder (0700), where they do not exist.
    /// - Throws: `SSHError` of kind `.knownHosts`.
    init(_ path: String) throws(SSHError) {
        self.path = path
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            mkdir(String(path[..<slash]), 0o700)
        }
        descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw KnownHosts.failure(
                path,
                wanted: "to record a host key in it",
                seen: "no way to open it",
                code: errno
            )
        }
        guard retryingInterrupts({ flock(descriptor, LOCK_EX) }) == 0 else {
            let code = errno
            close()
            throw KnownHosts.failure(path, wanted: "to lock it", seen: "no lock", code: code)
        }
    }

    func close() {
        closeDescriptor(descriptor)
    }

    func read() throws(SSHError) -> String {
        guard lseek(descriptor, 0, SEEK_SET) == 0, let bytes = FileBytes.read(descriptor) else {
            throw KnownHosts.failure(path, wanted: "to read it", seen: "no way", code: errno)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Adds a line with one write; a last line without an end is ended first.
    func append(_ line: String) throws(SSHError) {
        var last: UInt8 = 0
        let size = lseek(descriptor, 0, SEEK_END)
        let needsNewline =
            size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != UInt8(ascii: "\n")
        let bytes = [UInt8]((needsNewline ? "\n\(line)\n" : "\(line)\n").utf8)
        let count = retryingInterrupts { write(descriptor, bytes, bytes.count) }
        guard count == bytes.count else {
            throw KnownHosts.failure(
                path,
                wanted: "to record a host key in it",
                seen: "\(max(0, count)) of \(bytes.count) bytes written",
                code: count < 0 ? errno : nil
            )
        }
    }
}

extension KnownHosts {
    static func read(_ path: String) throws(SSHError) -> KnownHostsFile {
        switch FileBytes.read(path: path) {
        case .success(let bytes):
            return KnownHostsFile(String(decoding: bytes, as: UTF8.self), path: path)
        case .failure(let error) where error.code == ENOENT:
            return KnownHostsFile("", path: path)
        case .failure(let error):
            throw failure(path, wanted: "to read it", seen: "no way", code: error.code)
        }
    }

    static func failure(_ path: String, wanted: String, seen: String, code: Int32?) -> SSHError {
        SSHError(
            .knownHosts,
            host: path,
            wanted: wanted,
            seen: code.map { "\(seen): \(systemErrorText($0))" } ?? seen,
            remedy: "check the file's owner and mode, or name another known_hosts file"
        )
    }
}
