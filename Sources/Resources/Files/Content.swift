import Foundation
import HostInventory
import Provisioning

/// What a file is to contain.
struct Content: Sendable {
    private enum Source: Sendable {
        case bytes([UInt8])
        /// By absolute path; it is read when it is needed, and may be of any size.
        case file(String)
    }

    private let source: Source
    /// Whether nothing of it may be seen: no text, no size, no digest.
    let isSecret: Bool

    static func text(_ text: String) -> Content { bytes(Array(text.utf8)) }

    static func bytes(_ bytes: [UInt8], isSecret: Bool = false) -> Content {
        Content(source: .bytes(bytes), isSecret: isSecret)
    }

    static func secret(_ text: Secret) -> Content { bytes(Array(text.revealed.utf8), isSecret: true) }

    /// A file on this machine.
    static func file(_ path: String, isSecret: Bool = false) -> Content {
        Content(source: .file(path), isSecret: isSecret)
    }

    /// SHA-256 in hexadecimal. A local file is read once, unless it changes.
    ///
    /// - Throws: `LocalFileError`.
    func digest() throws -> String {
        switch source {
        case .bytes(let bytes): SHA256Digest.hexadecimal(of: bytes)
        case .file(let path): try LocalFiles.digest(of: path)
        }
    }

    /// Sees that it can be read, and has the digest of a large file computed beside everything else.
    ///
    /// - Throws: `LocalFileError`.
    func prepare() throws {
        if case .file(let path) = source { try LocalFiles.prepareDigest(of: path) }
    }

    /// The digest of a local file, for one who sends it and digests it on the way.
    ///
    /// - Throws: `LocalFileError`.
    func fileDigest() throws -> FileDigest? {
        if case .file(let path) = source { try LocalFiles.known(path) } else { nil }
    }

    func isContent(of state: FileState) throws -> Bool {
        // Another size is another content: nobody waits for the digest of a large file then.
        if case .file = source, try size() != state.size { return false }
        return try digest() == state.digest
    }

    /// In bytes.
    func size() throws -> Int {
        switch source {
        case .bytes(let bytes): bytes.count
        case .file(let path): try LocalFiles.status(of: path).size
        }
    }

    /// In bytes, and 0 where it cannot be read, which `prepare` finds.
    var knownSize: Int { (try? size()) ?? 0 }

    /// The content as text that may stand in a script: UTF-8 without NUL, and not large.
    func inlineText() throws -> String? {
        let limit = 64 << 10
        guard try size() <= limit else { return nil }
        let bytes = try bytes()
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private func bytes() throws -> [UInt8] {
        switch source {
        case .bytes(let bytes): bytes
        case .file(let path): try LocalFiles.bytes(of: path)
        }
    }

    /// In chunks of a mebibyte.
    func chunks() throws -> AnyIterator<Result<[UInt8], any Error>> {
        switch source {
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

extension Content: CustomReflectable {
    var customMirror: Mirror { Mirror(self, children: isSecret ? [:] : ["source": source]) }
}

/// A file of this machine that cannot be used, and why.
public struct LocalFileError: Error, Sendable, CustomStringConvertible {
    public let description: String
}

/// `path` as written in the Swift file `base`: beside that file, unless it is absolute.
func localPath(_ path: String, beside base: StaticString) -> String {
    if path.hasPrefix("/") { return path }
    if path.hasPrefix("~/") { return NSHomeDirectory() + path.dropFirst(1) }
    return URL(fileURLWithPath: "\(base)").deletingLastPathComponent().appendingPathComponent(path).path
}
