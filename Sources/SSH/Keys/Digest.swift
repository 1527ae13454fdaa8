import CLibCrypto

/// Digests of libcrypto.
enum Digest {
    static func sha1(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, EVP_sha1(), length: 20) }
    static func sha256(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, EVP_sha256(), length: 32) }
    static func sha512(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, EVP_sha512(), length: 64) }

    static func hmacSHA1(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 20)
        let made = HMAC(EVP_sha1(), key, Int32(key.count), bytes, bytes.count, &result, nil)
        precondition(made != nil, "libcrypto without SHA-1")
        return result
    }

    private static func digest(_ bytes: [UInt8], _ algorithm: OpaquePointer?, length: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: length)
        let code = EVP_Digest(bytes, bytes.count, &result, nil, algorithm, nil)
        precondition(code == 1, "libcrypto without SHA")
        return result
    }
}

extension [UInt8] {
    /// Overwrites the bytes, so that a secret does not stay in memory that is given back.
    mutating func wipe() {
        withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}
