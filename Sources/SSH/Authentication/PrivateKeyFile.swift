/// A private key in a file, shared by all connections: read once, its passphrase asked for and derived once.
public actor PrivateKeyFile {
    public nonisolated let path: String
    private let passphrase: PassphraseProvider?

    private enum Content: Sendable {
        case openSSH(OpenSSHKey)
        case pem([UInt8])

        /// Whether it is at least meant as one: people name public keys too.
        var isPrivateKey: Bool {
            switch self {
            case .openSSH: true
            case .pem(let bytes): String(decoding: bytes, as: UTF8.self).contains("PRIVATE KEY-----")
            }
        }

        init(_ bytes: [UInt8]) throws(KeyError) {
            let text = String(decoding: bytes, as: UTF8.self)
            self = try OpenSSHKey(text).map { .openSSH($0) } ?? .pem(bytes)
        }

        /// - Throws: `KeyError`; `.encrypted` where a passphrase is wanted and none given.
        func privateKey(passphrase: String?) throws(KeyError) -> PrivateKey {
            switch self {
            case .openSSH(let key): try key.privateKey(passphrase: passphrase)
            case .pem(let bytes): try PrivateKey.pem(bytes, passphrase: passphrase)
            }
        }
    }

    private var reading: Task<Content, any Error>?
    private var openBlob: Task<[UInt8]?, any Error>?
    private var decrypting: Task<PrivateKey, any Error>?

    /// - Parameter passphrase: asked at most once, and only where the server accepts the key and it is encrypted.
    public init(_ path: String, passphrase: PassphraseProvider? = nil) {
        self.path = path
        self.passphrase = passphrase
    }

    /// The public part. Needs the passphrase only for encrypted PEM without a `.pub` file next to it.
    /// - Throws: `KeyError`, `SystemError`.
    func publicBlob() async throws -> [UInt8] {
        if let blob = try await publicBlobWithoutPassphrase() { return blob }
        return try await privateKey().publicBlob
    }

    /// The public part, also of a file that is a public key itself or is missing beside its `.pub` file.
    ///
    /// - Returns: nil where only the passphrase opens it.
    /// - Throws: `KeyError`, `SystemError`.
    func publicBlobWithoutPassphrase() async throws -> [UInt8]? {
        if let openBlob { return try await openBlob.value }
        let task = Task { () async throws -> [UInt8]? in
            do {
                switch try await content() {
                case .openSSH(let key): return key.publicBlob
                case .pem(let bytes):
                    if let key = try? PrivateKey.pem(bytes, passphrase: nil) { return key.publicBlob }
                    return await publicFileBlob()
                }
            } catch {
                guard let blob = await publicFileBlob() else { throw error }
                return blob
            }
        }
        openBlob = task
        return try await task.value
    }

    /// The key itself.
    /// - Throws: `KeyError`, `SystemError`; the same one to all who ask.
    func privateKey() async throws -> PrivateKey {
        if let decrypting { return try await decrypting.value }
        let task = Task {
            let content = try await content()
            if content.isPrivateKey { try await checkPermissions() }
            do {
                return try await Self.decrypt(content, passphrase: nil)
            } catch let error as KeyError where error.kind == .encrypted {
                guard let given = await passphrase?(path) else { throw error }
                return try await Self.decrypt(content, passphrase: given)
            }
        }
        decrypting = task
        return try await task.value
    }

    /// OpenSSH's rule (`sshkey_perm_ok` in authfile.c), which leaves other users' files alone.
    private func checkPermissions() async throws {
        let path = path
        let mode = try await BlockingPool.shared.run { FileBytes.ownPermissions(path: path) }
        guard let mode, mode & 0o077 != 0 else { return }
        throw KeyError(
            .exposed,
            "others may read or write it (mode 0\(String(mode, radix: 8))), so it is not used, as with ssh; "
                + "try: chmod 600 \(path)"
        )
    }

    private func content() async throws -> Content {
        if let reading { return try await reading.value }
        let task = Task { [path] in
            try await BlockingPool.shared.run { try Content(FileBytes.read(path: path).get()) }
        }
        reading = task
        return try await task.value
    }

    private static func decrypt(_ content: Content, passphrase: String?) async throws -> PrivateKey {
        try await BlockingPool.shared.run { try content.privateKey(passphrase: passphrase) }
    }

    /// The public part of the key in the bytes of a file, whose private part can be had without a passphrase.
    /// - Throws: `KeyError`.
    package static func publicBlob(in bytes: [UInt8]) throws -> [UInt8] {
        try Content(bytes).privateKey(passphrase: nil).publicBlob
    }

    private func publicFileBlob() async -> [UInt8]? {
        for path in [path, path + ".pub"] {
            let bytes = try? await BlockingPool.shared.run { try FileBytes.read(path: path).get() }
            let fields = bytes.map {
                String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            }
            guard let fields, fields.count >= 2, let blob = Base64.decode(fields[1]),
                HostKey(blob: blob)?.type == String(fields[0])
            else { continue }
            return blob
        }
        return nil
    }
}
