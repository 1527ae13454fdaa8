import Foundation
import Provisioning
import Synchronization

/// What a file is to contain.
public enum Content: Sendable {
    case bytes([UInt8])
    /// A file on this machine, by absolute path; it is read when it is needed, and may be of any size.
    case file(String)

    public static func text(_ text: String) -> Content { .bytes(Array(text.utf8)) }

    /// SHA-256 in hexadecimal. A local file is read once, unless it changes.
    ///
    /// - Throws: `LocalFileError`.
    func digest() throws -> String {
        switch self {
        case .bytes(let bytes): SHA256Digest.hexadecimal(of: bytes)
        case .file(let path): try LocalFiles.digest(of: path)
        }
    }

    /// In bytes.
    func size() throws -> Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .file(let path): try LocalFiles.status(of: path).size
        }
    }

    /// The content as text that may stand in a script: UTF-8 without NUL, and not large.
    func inlineText() throws -> String? {
        let limit = 64 << 10
        guard try size() <= limit else { return nil }
        let bytes = try bytes()
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private func bytes() throws -> [UInt8] {
        switch self {
        case .bytes(let bytes): bytes
        case .file(let path): try LocalFiles.read(path)
        }
    }

    /// In chunks of a mebibyte.
    func chunks() throws -> AnyIterator<Result<[UInt8], any Error>> {
        switch self {
        case .bytes(let bytes):
            var rest = bytes[...]
            return AnyIterator {
                guard !rest.isEmpty else { return nil }
                let chunk = Array(rest.prefix(1 << 20))
                rest = rest.dropFirst(chunk.count)
                return .success(chunk)
            }
        case .file(let path):
            return try LocalFiles.chunks(of: path)
        }
    }
}

/// A file of this machine that cannot be used, and why.
public struct LocalFileError: Error, Sendable, CustomStringConvertible {
    public let description: String
}

/// Reads files of this machine; digests are kept for as long as a file's size and time of change stay.
enum LocalFiles {
    struct Status: Hashable, Sendable {
        let size: Int
        let modified: Date
    }

    private static let digests = Mutex<[String: (status: Status, digest: String)]>([:])

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

    static func digest(of path: String) throws -> String {
        let status = try status(of: path)
        if let known = digests.withLock({ $0[path] }), known.status == status { return known.digest }
        var digest = SHA256Digest()
        for chunk in try chunks(of: path) { digest.update(try chunk.get()) }
        let finished = digest.finish()
        digests.withLock { $0[path] = (status, finished) }
        return finished
    }

    static func read(_ path: String) throws -> [UInt8] {
        try chunks(of: path).reduce(into: []) { $0 += try $1.get() }
    }

    static func chunks(of path: String) throws -> AnyIterator<Result<[UInt8], any Error>> {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw LocalFileError(description: "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        return AnyIterator {
            do {
                guard let data = try handle.read(upToCount: 1 << 20), !data.isEmpty else { return nil }
                return .success([UInt8](data))
            } catch {
                return .failure(LocalFileError(description: "cannot read \(path): \(error)"))
            }
        }
    }
}

/// `path` as written in the Swift file `base`: beside that file, unless it is absolute.
func localPath(_ path: String, beside base: StaticString) -> String {
    if path.hasPrefix("/") { return path }
    if path.hasPrefix("~/") { return NSHomeDirectory() + path.dropFirst(1) }
    return URL(fileURLWithPath: "\(base)").deletingLastPathComponent().appendingPathComponent(path).path
}
