import CLibCrypto

/// A private key in OpenSSH's own format (its file PROTOCOL.key), perhaps encrypted still.
struct OpenSSHKey {
    /// Legible without the passphrase.
    let publicBlob: [UInt8]
    private let cipher: String
    private let kdf: String
    private let kdfOptions: [UInt8]
    private let secret: [UInt8]

    private static let begin = "-----BEGIN OPENSSH PRIVATE KEY-----"
    private static let end = "-----END OPENSSH PRIVATE KEY-----"
    /// Above this a key derivation would take minutes; ssh-keygen writes 16 or 24.
    private static let maximumRounds: UInt32 = 2_000

    var isEncrypted: Bool { cipher != "none" }

    /// nil where the text is in another format.
    /// - Throws: `KeyError` where it is malformed.
    init?(_ text: String) throws(KeyError) {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }
        guard let first = lines.firstIndex(where: { $0.hasPrefix(Self.begin) }) else { return nil }
        guard let last = lines[first...].firstIndex(where: { $0.hasPrefix(Self.end) }),
            let bytes = Base64.decode(lines[(first + 1)..<last].joined())
        else { throw KeyError(.malformed, "an OpenSSH key that is cut or not Base64") }
        let magic = [UInt8]("openssh-key-v1\0".utf8)
        guard bytes.starts(with: magic) else {
            throw KeyError(.malformed, "an OpenSSH key of unknown version")
        }
        var reader = WireReader([UInt8](bytes.dropFirst(magic.count)))
        guard let cipher = reader.text(), let kdf = reader.text(), let kdfOptions = reader.string(),
            reader.uint32() == 1, let publicBlob = reader.string(), let secret = reader.string()
        else { throw KeyError(.malformed, "an OpenSSH key that is cut, or holds several keys") }
        self.cipher = cipher
        self.kdf = kdf
        self.kdfOptions = kdfOptions
        self.publicBlob = publicBlob
        self.secret = secret
    }

    /// Decrypts the key. With a passphrase that takes a good part of a second.
    ///
    /// - Throws: `KeyError`; `.encrypted` where a passphrase is wanted and none given.
    func privateKey(passphrase: String?) throws(KeyError) -> PrivateKey {
        var plain = isEncrypted ? try decrypt(passphrase) : secret
        defer { plain.wipe() }
        var reader = WireReader(plain)
        guard let check = reader.uint32(), check == reader.uint32() else {
            throw isEncrypted ? .wrongPassphrase : KeyError(.malformed, "an OpenSSH key whose check fails")
        }
        return try Self.parse(&reader)
    }

    private static func parse(_ reader: inout WireReader) throws(KeyError) -> PrivateKey {
        let cut = KeyError(.malformed, "an OpenSSH key that is cut")
        guard let type = reader.text() else { throw cut }
        switch type {
        case "ssh-ed25519":
            guard reader.string() != nil, let pair = reader.string(), pair.count == 64 else { throw cut }
            return try .ed25519(seed: [UInt8](pair.prefix(32)))
        case "ssh-rsa":
            guard let n = reader.string(), let e = reader.string(), let d = reader.string(),
                let coefficient = reader.string(), let p = reader.string(), let q = reader.string()
            else { throw cut }
            return try .rsa(
                modulus: n,
                publicExponent: e,
                privateExponent: d,
                coefficient: coefficient,
                p: p,
                q: q
            )
        case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521":
            guard let curve = reader.text(), let point = reader.string(), let scalar = reader.string() else {
                throw cut
            }
            return try .ecdsa(curve: curve, point: point, scalar: scalar)
        default:
            throw KeyError(.unsupported, "a key of type \(type.prefix(64)); use it through ssh-agent")
        }
    }

    private func decrypt(_ passphrase: String?) throws(KeyError) -> [UInt8] {
        let ciphers: [String: (algorithm: OpaquePointer?, keyLength: Int)] = [
            "aes128-ctr": (EVP_aes_128_ctr(), 16), "aes192-ctr": (EVP_aes_192_ctr(), 24),
            "aes256-ctr": (EVP_aes_256_ctr(), 32), "aes128-cbc": (EVP_aes_128_cbc(), 16),
            "aes192-cbc": (EVP_aes_192_cbc(), 24), "aes256-cbc": (EVP_aes_256_cbc(), 32),
        ]
        guard let (algorithm, keyLength) = ciphers[cipher], kdf == "bcrypt" else {
            throw KeyError(.unsupported, "encrypted with \(cipher) and \(kdf); use it through ssh-agent")
        }
        var options = WireReader(kdfOptions)
        guard let salt = options.string(), let rounds = options.uint32(), !salt.isEmpty,
            (1...Self.maximumRounds).contains(rounds)
        else { throw KeyError(.malformed, "an OpenSSH key with strange options of its key derivation") }
        guard let passphrase else { throw KeyError(.encrypted, "encrypted, and no passphrase given") }
        guard !passphrase.isEmpty else { throw .wrongPassphrase }
        var password = [UInt8](passphrase.utf8)
        var derived = BcryptPBKDF.derive(
            password: password,
            salt: salt,
            rounds: Int(rounds),
            count: keyLength + 16
        )
        defer {
            password.wipe()
            derived.wipe()
        }
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        var plain = [UInt8](repeating: 0, count: secret.count + 16)
        var length: Int32 = 0
        let initial = [UInt8](derived.suffix(16))
        guard EVP_DecryptInit_ex(context, algorithm, nil, derived, initial) == 1,
            EVP_CIPHER_CTX_set_padding(context, 0) == 1,
            EVP_DecryptUpdate(context, &plain, &length, secret, Int32(secret.count)) == 1
        else { throw KeyError(.malformed, "an OpenSSH key that libcrypto cannot decrypt") }
        plain.removeLast(plain.count - Int(length))
        return plain
    }
}
