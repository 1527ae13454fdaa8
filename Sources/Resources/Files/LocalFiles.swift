import Foundation
import Provisioning
import Synchronization

/// Reads files of this machine; digests are kept for as long as a file's size and time of change stay.
enum LocalFiles {
    struct Status: Hashable, Sendable {
        let size: Int
        let modified: Date
    }

    /// - Throws: `LocalFileError` where there is no readable regular file.
    static func status(of path: String) throws -> Status {
        do {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            )
            guard attributes[.type] as? FileAttributeType == .typeRegular else {
                throw LocalFileError(description: "\(path) is not a file")
            }
            return Status(
                size: (attributes[.size] as? NSNumber)?.intValue ?? 0,
                modified: attributes[.modificationDate] as? Date ?? .distantPast
            )
        } catch let error as LocalFileError {
            throw error
        } catch {
            throw LocalFileError(description: "cannot read \(path): \(error.localizedDescription)")
        }
    }

    static func bytes(of path: String) throws -> [UInt8] {
        try chunks(of: path).reduce(into: []) { $0 += try $1.get() }
    }

    /// In bytes.
    private static let chunkSize = 1 << 20

    static func chunks(of path: String) throws -> AnyIterator<Result<[UInt8], any Error>> {
        func failure(_ code: Int32) -> LocalFileError {
            LocalFileError(description: "cannot read \(path): \(String(cString: strerror(code)))")
        }
        guard let handle = FileHandle(forReadingAtPath: path) else { throw failure(errno) }
        return AnyIterator {
            var code: Int32 = 0
            // Not by way of Data, which would be one more copy.
            let chunk = [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, count in
                let received = read(handle.fileDescriptor, buffer.baseAddress, buffer.count)
                if received < 0 { code = errno }
                count = max(0, received)
            }
            if code != 0 { return .failure(failure(code)) }
            return chunk.isEmpty ? nil : .success(chunk)
        }
    }

    // MARK: Digests

    private static let digests = Mutex<[String: FileDigest]>([:])
    /// Large files are read one after the other.
    private static let queue = DispatchQueue(label: "digests")
    /// In bytes: what takes less than a connection does is not worth a thread.
    private static let smallSize = 4 << 20

    /// - Throws: `LocalFileError`.
    static func digest(of path: String) throws -> String { try known(path).value() }

    /// Has the digest of a large file computed in the background, where `digest(of:)` finds it.
    ///
    /// - Throws: `LocalFileError` where the file cannot be read.
    static func prepareDigest(of path: String) throws {
        _ = try chunks(of: path)
        let digest = try known(path)
        if digest.status.size > smallSize { queue.async { digest.prepare() } }
    }

    /// - Throws: `LocalFileError`.
    static func known(_ path: String) throws -> FileDigest {
        let status = try status(of: path)
        return digests.withLock { digests in
            if let known = digests[path], known.status == status { return known }
            let new = FileDigest(path: path, status: status)
            digests[path] = new
            return new
        }
    }
}

/// SHA-256 of one state of a file, computed by whoever wants it first; the others wait.
final class FileDigest: Sendable {
    let status: LocalFiles.Status
    private let path: String
    private let result = Mutex<Result<String, any Error>?>(nil)
    private let isSent = Atomic(false)

    init(path: String, status: LocalFiles.Status) {
        self.path = path
        self.status = status
    }

    func value() throws -> String {
        try result.withLock { result in
            let computed = result ?? Result { try read(LocalFiles.chunks(of: path)) }
            result = computed
            return try computed.get()
        }
    }

    /// Computes it before it is wanted, unless the file is sent.
    func prepare() {
        result.withLock { result in
            if result != nil { return }
            let computed = Result {
                let chunks = try LocalFiles.chunks(of: path)
                return try read(AnyIterator { self.isSent.load(ordering: .relaxed) ? nil : chunks.next() })
            }
            if !isSent.load(ordering: .relaxed) { result = computed }
        }
    }

    private func read(_ chunks: AnyIterator<Result<[UInt8], any Error>>) throws -> String {
        var digest = SHA256Digest()
        for chunk in chunks { digest.update(try chunk.get()) }
        return digest.finish()
    }

    /// The file is sent and digested on the way, so that nobody needs to read it for its digest alone.
    func beginSending() { isSent.store(true, ordering: .relaxed) }

    /// - Parameter digest: of what was sent. Of a file that changed meanwhile, nobody asks this state any more.
    func noteSent(_ digest: String) { result.withLock { $0 = .success(digest) } }
}
