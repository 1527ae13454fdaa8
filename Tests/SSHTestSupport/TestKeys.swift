import Foundation

@testable import SSH

/// Private keys of every kind, made by ssh-keygen for this run.
package struct TestKeys: Sendable {
    package static let passphrase = "correct horse"

    /// Names and what ssh-keygen makes them from. `-pem` is the older format, `-secret` has a passphrase.
    package static let kinds: [(name: String, arguments: [String])] = [
        ("ed25519", ["-t", "ed25519"]),
        ("ecdsa-256", ["-t", "ecdsa", "-b", "256"]),
        ("ecdsa-384", ["-t", "ecdsa", "-b", "384"]),
        ("ecdsa-521", ["-t", "ecdsa", "-b", "521"]),
        ("rsa", ["-t", "rsa", "-b", "2048"]),
        ("ecdsa-pem", ["-t", "ecdsa", "-m", "PEM"]),
        ("rsa-pem", ["-t", "rsa", "-b", "2048", "-m", "PEM"]),
        ("rsa-pkcs8", ["-t", "rsa", "-b", "2048", "-m", "PKCS8"]),
    ]
    package static let plainNames = kinds.map(\.name)
    package static let secretNames = kinds.map { "\($0.name)-secret" }

    package static let shared = Result { try TestKeys() }

    package let folder: String
    /// The content of an authorized_keys file that accepts all but `stranger`.
    package let authorized: String

    private init() throws {
        folder = try TestFolder.make("keys")
        var lines: [String] = []
        for (name, arguments) in Self.kinds {
            for (path, passphrase) in [
                ("\(folder)/\(name)", ""), ("\(folder)/\(name)-secret", Self.passphrase),
            ] {
                // Fewer rounds of the key derivation than usual; one key has the usual number.
                let rounds = passphrase.isEmpty || name == "ed25519" ? [] : ["-a", "2"]
                try run(
                    "/usr/bin/ssh-keygen",
                    ["-q", "-N", passphrase, "-C", name, "-f", path] + arguments + rounds
                )
                lines.append(try String(contentsOfFile: path + ".pub", encoding: .utf8))
            }
        }
        try run("/usr/bin/ssh-keygen", ["-q", "-N", "", "-t", "ed25519", "-f", "\(folder)/stranger"])
        authorized = lines.joined()
    }

    package func path(_ name: String) -> String { "\(folder)/\(name)" }

    package func publicBlob(_ name: String) throws -> [UInt8] {
        let text = try String(contentsOfFile: path(name) + ".pub", encoding: .utf8)
        return Base64.decode(text.split(separator: " ")[1]) ?? []
    }
}
