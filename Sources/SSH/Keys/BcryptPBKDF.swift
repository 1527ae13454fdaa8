import CLibCrypto

/// The key derivation of encrypted OpenSSH keys: PBKDF2 with bcrypt in the place of HMAC, its output interleaved.
enum BcryptPBKDF {
    private static let hashLength = 32

    /// - Parameter count: the number of bytes wanted, up to 1,024.
    static func derive(password: [UInt8], salt: [UInt8], rounds: Int, count: Int) -> [UInt8] {
        let blocks = (count + hashLength - 1) / hashLength
        let perBlock = (count + blocks - 1) / blocks
        var key = [UInt8](repeating: 0, count: count)
        var passwordDigest = Digest.sha512(password)
        defer { passwordDigest.wipe() }
        let blowfish = Blowfish()
        for block in 0..<blocks {
            var number = WireWriter()
            number.uint32(UInt32(block + 1))
            var digest = hash(blowfish, passwordDigest, Digest.sha512(salt + number.bytes))
            var sum = digest
            for _ in 1..<max(1, rounds) {
                digest = hash(blowfish, passwordDigest, Digest.sha512(digest))
                for index in sum.indices { sum[index] ^= digest[index] }
            }
            for index in 0..<perBlock where index * blocks + block < count {
                key[index * blocks + block] = sum[index]
            }
            sum.wipe()
            digest.wipe()
        }
        return key
    }

    private static func hash(_ blowfish: Blowfish, _ password: [UInt8], _ salt: [UInt8]) -> [UInt8] {
        blowfish.reset()
        let (passwordWords, saltWords) = (Blowfish.words(password), Blowfish.words(salt))
        blowfish.expand(key: passwordWords, salt: saltWords)
        for _ in 0..<64 {
            blowfish.expand(key: saltWords, salt: nil)
            blowfish.expand(key: passwordWords, salt: nil)
        }
        var text = Blowfish.words([UInt8]("OxychromaticBlowfishSwatDynamite".utf8))
        for pair in stride(from: 0, to: text.count, by: 2) {
            for _ in 0..<64 { blowfish.encrypt(&text, at: pair) }
        }
        return text.flatMap { word in withUnsafeBytes(of: word.littleEndian) { [UInt8]($0) } }
    }
}

/// Blowfish with the salted key schedule of bcrypt. The rounds are libcrypto's, the schedule is not to be had there.
private final class Blowfish {
    private static let count = 18 + 4 * 256

    /// Laid out as `BF_KEY`: the 18 subkeys, then the four S-boxes.
    private let state = UnsafeMutablePointer<UInt32>.allocate(capacity: count)

    deinit {
        OPENSSL_cleanse(state, Self.count * 4)
        state.deallocate()
    }

    static func words(_ bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    func reset() {
        piFraction.withUnsafeBufferPointer { state.update(from: $0.baseAddress!, count: Self.count) }
    }

    func encrypt(_ words: inout [UInt32], at index: Int) {
        words.withUnsafeMutableBufferPointer { encrypt($0.baseAddress! + index) }
    }

    private func encrypt(_ pair: UnsafeMutablePointer<UInt32>) {
        state.withMemoryRebound(to: BF_KEY.self, capacity: 1) { BF_encrypt(pair, $0) }
    }

    /// Mixes the key into the subkeys, then replaces the whole state with its own encryption of zeros, or of the
    /// salt's words in turn.
    func expand(key: [UInt32], salt: [UInt32]?) {
        for index in 0..<18 { state[index] ^= key[index % key.count] }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2) { pair in
            let pair = pair.baseAddress!
            pair.initialize(repeating: 0, count: 2)
            var index = 0
            var next = 0
            while index < Self.count {
                if let salt {
                    pair[0] ^= salt[next % salt.count]
                    pair[1] ^= salt[(next + 1) % salt.count]
                    next += 2
                }
                encrypt(pair)
                state[index] = pair[0]
                state[index + 1] = pair[1]
                index += 2
            }
        }
    }
}
