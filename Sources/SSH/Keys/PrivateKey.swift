import CLibCrypto

/// Why a key cannot be used. Never holds any of it.
struct KeyError: Error, Equatable {
    enum Kind: Equatable {
        case malformed
        case unsupported
        /// Encrypted, and the passphrase does not fit.
        case wrongPassphrase
        case encrypted
        /// Others than its owner may read or write the file.
        case exposed
        case signing
    }

    let kind: Kind
    let text: String

    init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    static let wrongPassphrase = KeyError(.wrongPassphrase, "wrong passphrase")
}

/// A private key in libcrypto's keeping, which wipes it when freed.
final class PrivateKey: @unchecked Sendable {
    private let key: OpaquePointer
    /// The public part as on the wire (RFC 4253 §6.6).
    let publicBlob: [UInt8]
    let type: String

    /// Takes over `key`.
    /// - Throws: `KeyError` where SSH has no such keys.
    init(adopting key: OpaquePointer) throws(KeyError) {
        do {
            (type, publicBlob) = try Self.publicPart(key)
        } catch {
            EVP_PKEY_free(key)
            throw error
        }
        self.key = key
    }

    deinit {
        EVP_PKEY_free(key)
    }

    /// The signature of `bytes` as SSH wants it, without the algorithm's name in front.
    ///
    /// - Parameter algorithm: for RSA `rsa-sha2-512`, `rsa-sha2-256` (RFC 8332) or `ssh-rsa`; else the key's type.
    func sign(_ bytes: [UInt8], algorithm: String) throws(KeyError) -> [UInt8] {
        let digest: OpaquePointer?
        switch algorithm {
        case "ssh-ed25519": digest = nil
        case "rsa-sha2-512", "ecdsa-sha2-nistp521": digest = EVP_sha512()
        case "rsa-sha2-256", "ecdsa-sha2-nistp256": digest = EVP_sha256()
        case "ecdsa-sha2-nistp384": digest = EVP_sha384()
        case "ssh-rsa": digest = EVP_sha1()
        default: throw KeyError(.unsupported, "no way to sign with \(algorithm)")
        }
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var length = 0
        guard EVP_DigestSignInit(context, nil, digest, nil, key) == 1,
            EVP_DigestSign(context, nil, &length, bytes, bytes.count) == 1
        else { throw KeyError(.signing, "libcrypto refuses to sign with \(algorithm)") }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, bytes, bytes.count) == 1 else {
            throw KeyError(.signing, "libcrypto failed to sign with \(algorithm)")
        }
        signature.removeLast(signature.count - length)
        guard algorithm.hasPrefix("ecdsa-") else { return signature }
        // RFC 5656 §3.1.2: both integers in SSH's own format.
        guard let integers = DER.integers(signature), integers.count == 2 else {
            throw KeyError(.signing, "unexpected signature format")
        }
        var writer = WireWriter()
        for integer in integers { writer.mpint(integer) }
        return writer.bytes
    }

    private static func publicPart(_ key: OpaquePointer) throws(KeyError) -> (type: String, blob: [UInt8]) {
        var writer = WireWriter()
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_ED25519:
            var raw = [UInt8](repeating: 0, count: 32)
            var length = raw.count
            guard EVP_PKEY_get_raw_public_key(key, &raw, &length) == 1 else {
                throw KeyError(.malformed, "no public key")
            }
            writer.text("ssh-ed25519")
            writer.string(raw)
            return ("ssh-ed25519", writer.bytes)
        case EVP_PKEY_RSA:
            // PKCS #1: modulus, exponent; SSH has them the other way round.
            guard let integers = DER.integers(encodedPublicKey(key)), integers.count == 2 else {
                throw KeyError(.malformed, "no RSA modulus and exponent")
            }
            writer.text("ssh-rsa")
            writer.mpint(integers[1])
            writer.mpint(integers[0])
            return ("ssh-rsa", writer.bytes)
        case EVP_PKEY_EC:
            let bits = EVP_PKEY_get_bits(key)
            guard let curve = [256: "nistp256", 384: "nistp384", 521: "nistp521"][bits] else {
                throw KeyError(.unsupported, "an elliptic curve of \(bits) bits, which SSH does not know")
            }
            writer.text("ecdsa-sha2-\(curve)")
            writer.text(curve)
            writer.string(encodedPublicKey(key))
            return ("ecdsa-sha2-\(curve)", writer.bytes)
        default:
            throw KeyError(.unsupported, "a key type that SSH does not know")
        }
    }

    /// The DER of RSA, or the point of an elliptic curve.
    private static func encodedPublicKey(_ key: OpaquePointer) -> [UInt8] {
        var encoded: UnsafeMutablePointer<UInt8>?
        let length = i2d_PublicKey(key, &encoded)
        guard length > 0, let encoded else { return [] }
        defer { CRYPTO_free(encoded, nil, 0) }
        return [UInt8](UnsafeBufferPointer(start: encoded, count: Int(length)))
    }
}
