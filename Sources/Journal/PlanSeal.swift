import Foundation
import Provisioning

/// What a plan's header says of the key of its fingerprints. The key itself is in no plan.
struct PlanSeal: Codable, Sendable {
    private let salt: String
    /// A fingerprint of nothing, by which the key is known again.
    private let check: String

    fileprivate init(salt: String, check: String) {
        self.salt = salt
        self.check = check
    }

    /// - Returns: a new seal, and the key to make fingerprints with.
    /// - Throws: `JournalError`.
    static func make(in folder: String) throws -> (seal: PlanSeal, key: FingerprintKey) {
        let salt = UUID().uuidString
        let key = FingerprintKey(try PlanKeyFile(folder: folder).bytes(), salt: salt)
        return (PlanSeal(salt: salt, check: key.fingerprint(of: "")), key)
    }

    /// - Parameter path: of the plan, for messages.
    /// - Throws: `JournalError` where the plan was made with another key.
    func key(in folder: String, of path: String) throws -> FingerprintKey {
        let file = PlanKeyFile(folder: folder)
        let key = FingerprintKey(try file.bytes(), salt: salt)
        guard key.fingerprint(of: "") == check else {
            throw JournalError(
                "\(path) was made by another user or on another machine: the key of its fingerprints is not \(file.path)\n"
                    + "  try: make the plan here, or bring that file along, as carefully as a password"
            )
        }
        return key
    }
}

/// 32 random bytes that only their owner may read, made when they are first needed.
private struct PlanKeyFile {
    let folder: String

    var path: String { folder + "/plan-key" }

    func bytes() throws -> [UInt8] {
        if let bytes = try read() { return bytes }
        try StateFolder.make(folder)
        let temporary = "\(path).\(UUID().uuidString)"
        defer { unlink(temporary) }
        try JournalFile(creating: temporary).append(FingerprintKey.randomBytes())
        // Where another process was faster, its key counts.
        guard link(temporary, path) == 0 || errno == EEXIST, let bytes = try read() else {
            throw JournalError("cannot make \(path): \(String(cString: strerror(errno)))")
        }
        return bytes
    }

    /// - Returns: `nil` where there is none.
    private func read() throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw JournalError("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & 0o077 == 0 else {
            throw JournalError("others may read \(path); remove it, and make the plans anew")
        }
        guard let bytes = try handle.readToEnd(), bytes.count == FingerprintKey.length else {
            throw JournalError("\(path) is no key of plans; remove it, and make the plans anew")
        }
        return Array(bytes)
    }
}
