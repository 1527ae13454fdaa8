import ArgumentParser
import Foundation
import HostInventory
import Vault

/// Where the passwords of vaults come from.
struct VaultOptions: ParsableArguments {
    @Option(
        name: .customLong("vault-id"),
        help: ArgumentHelp(
            "A vault password with its id: from a file, a program that prints it, or 'prompt'; may be repeated.",
            valueName: "id@source"
        )
    )
    var vaultIDs: [String] = []

    @Option(
        name: .customLong("vault-password-file"),
        help: ArgumentHelp(
            "A vault password: a file, or a program that prints it. Default: $ANSIBLE_VAULT_PASSWORD_FILE.",
            valueName: "file"
        )
    )
    var passwordFiles: [String] = []

    @Option(
        name: .customLong("vault-password-command"),
        help: ArgumentHelp(
            "A command that prints the vault password, such as 'pass show apus'.",
            valueName: "command"
        )
    )
    var passwordCommand: String?

    @Flag(name: [.customShort("J"), .customLong("ask-vault-pass")], help: "Ask for the vault password.")
    var asksPassword = false

    func keyring(confirming: Bool = false) -> VaultKeyring {
        var entries = vaultIDs.map { VaultPasswordSource.entry($0, confirming: confirming) }
        entries += passwordFiles.map { VaultPasswordSource.file($0, id: VaultKeyring.defaultID) }
        if let passwordCommand { entries.append(VaultPasswordSource.command(passwordCommand)) }
        if asksPassword {
            entries.append(
                VaultPasswordSource.prompt("Vault password", id: VaultKeyring.defaultID, confirming)
            )
        }
        let fallback = ProcessInfo.processInfo.environment["ANSIBLE_VAULT_PASSWORD_FILE"]
        if entries.isEmpty, let fallback {
            entries = [VaultPasswordSource.file(fallback, id: VaultKeyring.defaultID)]
        }
        return VaultKeyring(entries)
    }
}

/// The ways to a password.
enum VaultPasswordSource {
    /// Ansible gives the id to programs that are named like this.
    private static let clientEnding = "-client"

    /// `id@source`, or a source alone.
    static func entry(_ text: String, confirming: Bool) -> VaultKeyring.Entry {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        let (id, source) = parts.count == 2 ? (parts[0], parts[1]) : (VaultKeyring.defaultID, text)
        if source == "prompt" { return prompt("Vault password (\(id))", id: id, confirming) }
        return file(source, id: id)
    }

    static func prompt(_ question: String, id: String, _ confirming: Bool) -> VaultKeyring.Entry {
        VaultKeyring.Entry(id: id, source: "prompt") {
            let secret = try Questions.askSecret("\(question): ")
            if confirming, try Questions.askSecret("\(question), once more: ") != secret {
                throw VaultError("the two passwords differ")
            }
            return secret
        }
    }

    static func command(_ command: String) -> VaultKeyring.Entry {
        VaultKeyring.Entry(source: "command") { try output(of: "/bin/sh", ["-c", command], shown: command) }
    }

    static func file(_ path: String, id: String) -> VaultKeyring.Entry {
        VaultKeyring.Entry(id: id, source: path) {
            let path = NSString(string: path).expandingTildeInPath
            let file = VaultFile(path)
            if !file.isDirectory, FileManager.default.isExecutableFile(atPath: path) {
                let name = NSString(string: NSString(string: path).lastPathComponent).deletingPathExtension
                let arguments = name.hasSuffix(clientEnding) ? ["--vault-id", id] : []
                return try output(of: path, arguments, shown: path)
            }
            do {
                return password(Data(try file.read()))
            } catch let error as VaultError {
                throw VaultError("the vault password file \(error)")
            }
        }
    }

    /// It may ask on the terminal, so nothing limits its time.
    private static func output(of program: String, _ arguments: [String], shown: String) throws -> Secret {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        do {
            try process.run()
        } catch {
            throw VaultError("«\(shown)» cannot be started: \(error.localizedDescription)")
        }
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw VaultError(
                "«\(shown)» gave no vault password: it ended with status \(process.terminationStatus)"
            )
        }
        return password(data)
    }

    private static func password(_ data: Data) -> Secret {
        let text = String(decoding: data, as: UTF8.self)
        return Secret(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}

extension String {
    /// - Throws: `VaultError` where the bytes are not UTF-8.
    init(validating bytes: [UInt8]) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw VaultError("holds no UTF-8 text")
        }
        self = text
    }
}
