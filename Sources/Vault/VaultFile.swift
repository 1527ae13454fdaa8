import Foundation
public import HostInventory

/// A vaulted file on disk. It is rewritten as a whole, or not at all, and only its owner may read it.
public struct VaultFile: Sendable {
    private static let mode: mode_t = 0o600

    /// Links are followed, so that what they point to is rewritten.
    public let path: String

    public init(_ path: String) {
        self.path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    public var exists: Bool { FileManager.default.fileExists(atPath: path) }

    public var isDirectory: Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    public func read() throws -> [UInt8] {
        guard !isDirectory else { throw VaultError("\(path): is a directory") }
        guard access(path, R_OK) == 0, let data = FileManager.default.contents(atPath: path) else {
            throw failure("cannot be read")
        }
        return Array(data)
    }

    /// What the file protects, its password and the id of that.
    /// - Throws: `VaultError` with file and line.
    public func open(_ keyring: VaultKeyring) throws -> (plain: [UInt8], password: Secret, id: String?) {
        let text = String(decoding: try read(), as: UTF8.self)
        guard VaultText.isVaulted(text) else { throw VaultError("\(path):1: is not encrypted with a vault") }
        do {
            return try keyring.opened(text)
        } catch let error as VaultError {
            throw VaultError("\(path):\(error.line ?? 1): \(error.text)")
        }
    }

    public func seal(_ plain: [UInt8], password: Secret, id: String?) throws {
        try write(Array(VaultText(sealing: plain, password: password, id: id).text.utf8))
    }

    /// Writes a new file beside it and puts it in place of the old one.
    public func write(_ bytes: [UInt8]) throws {
        var template = Array((path + ".XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard descriptor >= 0 else { throw failure("cannot be written") }
        do {
            defer { close(descriptor) }
            guard fchmod(descriptor, Self.mode) == 0 else { throw failure("cannot be made private") }
            try Self.write(bytes, to: descriptor) { failure("cannot be written") }
            guard fsync(descriptor) == 0 else { throw failure("cannot be written") }
            guard rename(temporary, path) == 0 else { throw failure("cannot be replaced") }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private func failure(_ text: String) -> VaultError {
        VaultError("\(path): \(text): \(String(cString: strerror(errno)))")
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32, failure: () -> VaultError) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            rest = rest.dropFirst(count)
        }
    }
}
