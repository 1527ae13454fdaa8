import Foundation
import SSH

extension Trial {
    /// Broken inside of their armour, which would hardly let anything through otherwise.
    static let privateKeys = Trial("private keys", seeds: keys, salt: "\0\u{1}\u{2}\u{20}\u{30}\u{7F}") {
        { input throws(Violation) in
            do {
                _ = try PrivateKeyFile.publicBlob(in: armoured(input))
                return true
            } catch {
                return false
            }
        }
    }

    private static let magic = Array("openssh-key-v1\0".utf8)

    /// As in a file: OpenSSH's own format, or PEM.
    private static func armoured(_ content: [UInt8]) -> [UInt8] {
        let kind = content.starts(with: magic.prefix(4)) ? "OPENSSH PRIVATE KEY" : "PRIVATE KEY"
        let digits = Data(content).base64EncodedString(options: [.lineLength64Characters])
        return Array("-----BEGIN \(kind)-----\n\(digits)\n-----END \(kind)-----\n".utf8)
    }

    /// Keys that open nothing: all of their secret bytes are the same, and RSA's primes are 61 and 53.
    private static let keys = [
        openSSH("ssh-ed25519", [[UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 64)]),
        openSSH("ssh-rsa", [[0x0C, 0xA1], [17], [0x0A, 0xC1], [38], [61], [53]]),
        openSSH("ecdsa-sha2-nistp256", [Array("nistp256".utf8), [4, 1], [UInt8](repeating: 3, count: 32)]),
        openSSH("ssh-ed25519", cipher: "aes256-ctr", kdf: "bcrypt", []),
        // PKCS #8 (RFC 8410 §7).
        [0x30, 0x2E, 2, 1, 0, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70, 4, 0x22, 4, 0x20]
            + [UInt8](repeating: 5, count: 32),
    ]

    /// The format of OpenSSH's PROTOCOL.key.
    private static func openSSH(
        _ type: String,
        cipher: String = "none",
        kdf: String = "none",
        _ fields: [[UInt8]]
    ) -> [UInt8] {
        let name = Array(type.utf8)
        let check: [UInt8] = [7, 7, 7, 7]
        let secret = check + check + ([name] + fields + [Array("me".utf8)]).flatMap(string)
        let options = kdf == "none" ? [] : string([UInt8](repeating: 9, count: 16)) + [0, 0, 0, 16]
        return magic + string(Array(cipher.utf8)) + string(Array(kdf.utf8)) + string(options)
            + [0, 0, 0, 1] + string(string(name)) + string(secret)
    }

    /// RFC 4251 §5.
    private static func string(_ bytes: [UInt8]) -> [UInt8] {
        [0, 0, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes
    }
}
