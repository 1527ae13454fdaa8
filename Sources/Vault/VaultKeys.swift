import CLibCrypto
import HostInventory

/// What a password and a salt give: a key for AES-256 in counter mode, one for HMAC-SHA-256, and the first counter.
struct VaultKeys {
    private static let iterations: Int32 = 10_000
    private static let keyLength = 32
    private static let counterLength = 16

    private let cipherKey: [UInt8]
    private let digestKey: [UInt8]
    private let counter: [UInt8]

    /// PBKDF2 with HMAC-SHA-256 (RFC 8018 §5.2).
    init(password: Secret, salt: [UInt8]) {
        var bytes = [UInt8](repeating: 0, count: 2 * Self.keyLength + Self.counterLength)
        let secret = Array(password.revealed.utf8).map { CChar(bitPattern: $0) }
        let code = PKCS5_PBKDF2_HMAC(
            secret,
            Int32(secret.count),
            salt,
            Int32(salt.count),
            Self.iterations,
            EVP_sha256(),
            Int32(bytes.count),
            &bytes
        )
        precondition(code == 1, "libcrypto without PBKDF2")
        cipherKey = Array(bytes[..<Self.keyLength])
        digestKey = Array(bytes[Self.keyLength..<2 * Self.keyLength])
        counter = Array(bytes[(2 * Self.keyLength)...])
        OPENSSL_cleanse(&bytes, bytes.count)
    }

    /// Encrypts and decrypts: in counter mode both are the same.
    func crypt(_ input: [UInt8]) -> [UInt8] {
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: input.count)
        var count: Int32 = 0
        let isStarted = EVP_EncryptInit_ex(context, EVP_aes_256_ctr(), nil, cipherKey, counter) == 1
        let isDone = isStarted && EVP_EncryptUpdate(context, &output, &count, input, Int32(input.count)) == 1
        precondition(isDone && count == input.count, "libcrypto without AES-256-CTR")
        return output
    }

    func digest(of ciphertext: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Self.keyLength)
        let key = digestKey
        let made = HMAC(EVP_sha256(), key, Int32(key.count), ciphertext, ciphertext.count, &digest, nil)
        precondition(made != nil, "libcrypto without HMAC-SHA-256")
        return digest
    }

    /// Takes the same time wherever the digests differ.
    func verify(_ expected: [UInt8], of ciphertext: [UInt8]) -> Bool {
        let seen = digest(of: ciphertext)
        return seen.count == expected.count && CRYPTO_memcmp(seen, expected, seen.count) == 0
    }

    static func randomBytes(_ count: Int) -> [UInt8] {
        // The system's generator, which is fit for cryptography.
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
