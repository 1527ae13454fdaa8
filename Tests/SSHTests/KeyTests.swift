import Foundation
import SSHTestSupport
import Testing

@testable import SSH

@Suite("Private keys", .timeLimit(.minutes(2)))
struct KeyTests {
    let keys: TestKeys

    init() throws {
        keys = try TestKeys.shared.get()
    }

    private func load(_ name: String, passphrase: String?) throws -> PrivateKey {
        let bytes = try FileBytes.read(path: keys.path(name)).get()
        if let key = try OpenSSHKey(String(decoding: bytes, as: UTF8.self)) {
            return try key.privateKey(passphrase: passphrase)
        }
        return try PrivateKey.pem(bytes, passphrase: passphrase)
    }

    @Test("of every format have the public part that ssh-keygen says", arguments: TestKeys.plainNames)
    func plain(name: String) throws {
        #expect(try load(name, passphrase: nil).publicBlob == keys.publicBlob(name))
    }

    @Test("of every format are decrypted with the right passphrase only", arguments: TestKeys.secretNames)
    func secret(name: String) throws {
        #expect(try load(name, passphrase: TestKeys.passphrase).publicBlob == keys.publicBlob(name))
        let wrong = #expect(throws: KeyError.self) { try load(name, passphrase: "wrong") }
        #expect(wrong?.kind == .wrongPassphrase)
        let none = #expect(throws: KeyError.self) { try load(name, passphrase: nil) }
        #expect(none?.kind == .encrypted)
    }

    @Test("encrypted with another cipher are decrypted too", arguments: ["aes128-ctr", "aes256-cbc"])
    func ciphers(cipher: String) throws {
        let path = keys.path("cipher-\(cipher)")
        try run(
            "/usr/bin/ssh-keygen",
            ["-q", "-t", "ed25519", "-Z", cipher, "-a", "1", "-N", "x y", "-f", path]
        )
        #expect(
            try load("cipher-\(cipher)", passphrase: "x y").publicBlob == keys.publicBlob("cipher-\(cipher)")
        )
    }

    @Test("with a cipher that is not known here are named as such")
    func unknownCipher() throws {
        let path = keys.path("chacha")
        let arguments = ["-t", "ed25519", "-Z", "chacha20-poly1305@openssh.com", "-N", "x y", "-f", path]
        try run("/usr/bin/ssh-keygen", ["-q"] + arguments)
        let error = #expect(throws: KeyError.self) { try load("chacha", passphrase: "x y") }
        #expect(error?.kind == .unsupported)
        #expect(error?.text.contains("chacha20") == true)
    }

    @Test("that are cut at any place are errors, not crashes")
    func truncated() throws {
        let text = try String(contentsOfFile: keys.path("rsa"), encoding: .utf8)
        let lines = text.split(separator: "\n")
        for count in 1..<lines.count {
            let cut = lines.prefix(count).joined(separator: "\n") + "\n-----END OPENSSH PRIVATE KEY-----\n"
            if count == lines.count - 1 { continue }
            #expect(throws: KeyError.self) { try OpenSSHKey(cut)?.privateKey(passphrase: nil) }
        }
        #expect(try OpenSSHKey("-----BEGIN RSA PRIVATE KEY-----\n")?.publicBlob == nil)
    }

    @Test("derive keys as bcrypt_pbkdf does, whose result OpenSSH's files show; its state begins with π")
    func pi() {
        #expect(piFraction.count == 18 + 1_024)
        #expect(piFraction.prefix(2) == [0x243F_6A88, 0x85A3_08D3])
        #expect(piFraction.last == 0x3AC3_72E6)
    }
}

@Suite("The formats under SSH")
struct FormatTests {
    @Test(
        "Base64 is that of RFC 4648 §10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
        #expect(
            Base64.encode(Array(plain.utf8), padded: false) == encoded.replacingOccurrences(of: "=", with: "")
        )
    }

    @Test(
        "what is not Base64 is refused",
        arguments: ["Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9v!", "Zm 9", "===="]
    )
    func notBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(
        "multiple-precision integers are those of RFC 4251 §5",
        arguments: [
            ([0], [0, 0, 0, 0]),
            ([0x09, 0xA3, 0x78], [0, 0, 0, 3, 0x09, 0xA3, 0x78]),
            ([0, 0, 0x80], [0, 0, 0, 2, 0, 0x80]),
        ] as [([UInt8], [UInt8])]
    )
    func mpint(magnitude: [UInt8], encoded: [UInt8]) {
        var writer = WireWriter()
        writer.mpint(magnitude)
        #expect(writer.bytes == encoded)
    }

    @Test("strings longer than their bytes are refused")
    func cutString() {
        var reader = WireReader([0, 0, 0, 5, 1, 2])
        #expect(reader.string() == nil)
        var huge = WireReader([0xFF, 0xFF, 0xFF, 0xFF, 1])
        #expect(huge.string() == nil)
    }

    @Test("DER integers are read back as written, whatever their length")
    func der() {
        let numbers: [[UInt8]] = [[1], [0x80], [UInt8](repeating: 0xAB, count: 300)]
        let encoded = DER.element(DER.sequence, numbers.flatMap { DER.integer($0) })
        #expect(DER.integers(encoded) == [[1], [0, 0x80], [0] + numbers[2]])
        for count in 0..<encoded.count { #expect(DER.integers([UInt8](encoded.prefix(count))) == nil) }
    }
}
