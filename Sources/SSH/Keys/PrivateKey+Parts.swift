import CLibCrypto

extension PrivateKey {
    /// - Parameter seed: 32 bytes (RFC 8032 §5.1.5).
    static func ed25519(seed: [UInt8]) throws(KeyError) -> PrivateKey {
        guard seed.count == 32, let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, 32) else {
            throw KeyError(.malformed, "no Ed25519 seed of 32 bytes")
        }
        return try PrivateKey(adopting: key)
    }

    /// - Parameters: the integers as big-endian bytes; `coefficient` is the inverse of `q` modulo `p`.
    static func rsa(
        modulus: [UInt8],
        publicExponent: [UInt8],
        privateExponent: [UInt8],
        coefficient: [UInt8],
        p: [UInt8],
        q: [UInt8]
    ) throws(KeyError) -> PrivateKey {
        // PKCS #1 has the private exponent modulo p − 1 and q − 1 as well, SSH's format does not.
        var exponents = [remainder(privateExponent, modulo: p), remainder(privateExponent, modulo: q)]
        let parts = [
            [0], modulus, publicExponent, privateExponent, p, q, exponents[0], exponents[1], coefficient,
        ]
        var der = DER.element(DER.sequence, parts.flatMap { DER.integer($0) })
        defer {
            der.wipe()
            for index in exponents.indices { exponents[index].wipe() }
        }
        return try decode(der, as: EVP_PKEY_RSA)
    }

    /// - Parameters:
    ///   - point: uncompressed (SEC 1 §2.3.3).
    ///   - scalar: big-endian.
    static func ecdsa(curve: String, point: [UInt8], scalar: [UInt8]) throws(KeyError) -> PrivateKey {
        let identifiers: [String: (object: [UInt8], size: Int)] = [
            "nistp256": ([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07], 32),
            "nistp384": ([0x2B, 0x81, 0x04, 0x00, 0x22], 48),
            "nistp521": ([0x2B, 0x81, 0x04, 0x00, 0x23], 66),
        ]
        guard let (object, size) = identifiers[curve] else {
            throw KeyError(.unsupported, "an elliptic curve that is not known here")
        }
        let digits = scalar.drop { $0 == 0 }
        guard digits.count <= size else { throw KeyError(.malformed, "a scalar that does not fit its curve") }
        // RFC 5915 §3.
        let octets = [UInt8](repeating: 0, count: size - digits.count) + digits
        var der = DER.element(
            DER.sequence,
            DER.integer([1]) + DER.element(0x04, octets) + DER.element(0xA0, DER.element(0x06, object))
                + DER.element(0xA1, DER.element(0x03, [0] + point))
        )
        defer { der.wipe() }
        return try decode(der, as: EVP_PKEY_EC)
    }

    private static func decode(_ der: [UInt8], as type: Int32) throws(KeyError) -> PrivateKey {
        let key = der.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return d2i_PrivateKey(type, nil, &start, buffer.count)
        }
        guard let key else { throw KeyError(.malformed, "numbers that make no key") }
        return try PrivateKey(adopting: key)
    }

    private static func remainder(_ dividend: [UInt8], modulo prime: [UInt8]) -> [UInt8] {
        let context = BN_CTX_secure_new()
        let (a, b, r) = (
            BN_bin2bn(dividend, Int32(dividend.count), nil), BN_bin2bn(prime, Int32(prime.count), nil),
            BN_new()
        )
        defer {
            for number in [a, b, r] { BN_clear_free(number) }
            BN_CTX_free(context)
        }
        BN_sub_word(b, 1)
        guard BN_div(nil, r, a, b, context) == 1 else { return [] }
        var bytes = [UInt8](repeating: 0, count: prime.count)
        let count = Int(BN_bn2bin(r, &bytes))
        return [UInt8](bytes.prefix(count))
    }
}
