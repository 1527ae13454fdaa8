import ArgumentParser
import Foundation
import HostInventory
import Vault

struct VaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault",
        abstract: "Encrypts files and values, in the format of ansible-vault.",
        discussion: """
            Files are rewritten as a whole, readable by their owner only. `edit` and `create` keep the plain text in \
            memory (/dev/shm) while $VISUAL, $EDITOR or vi runs.
            """,
        subcommands: [
            Create.self, Edit.self, View.self, Encrypt.self, Decrypt.self, Rekey.self, EncryptString.self,
        ]
    )

    /// What encrypts, where several passwords are given.
    struct SealOptions: ParsableArguments {
        @OptionGroup var passwords: VaultOptions

        @Option(name: .customLong("encrypt-vault-id"), help: "Encrypt with the password of this id.")
        var id: String?

        func sealing() throws -> (password: Secret, id: String?) {
            try passwords.keyring(confirming: true).password(for: id)
        }
    }

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Edits a new file and encrypts it.")

        @OptionGroup var options: SealOptions
        @Argument var path: String

        func run() throws {
            let file = VaultFile(path)
            guard !file.exists else { throw VaultError("\(path): exists already; see `apus vault edit`") }
            let (password, id) = try options.sealing()
            try file.seal(editor().edit([], name: VaultCommand.name(of: path)), password: password, id: id)
        }
    }

    struct Edit: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Edits an encrypted file.")

        @OptionGroup var passwords: VaultOptions
        @Argument var path: String

        func run() throws {
            let file = VaultFile(path)
            let keyring = passwords.keyring()
            let opened = try file.open(keyring)
            let edited = try editor().edit(opened.plain, name: VaultCommand.name(of: path))
            guard edited != opened.plain else { return Console.error("\(path): nothing was changed") }
            try file.seal(edited, password: opened.password, id: opened.id)
        }
    }

    struct View: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows what encrypted files hold.")

        @OptionGroup var passwords: VaultOptions
        @Argument var paths: [String]

        func run() throws {
            let keyring = passwords.keyring()
            for path in paths { Console.write(try VaultFile(path).open(keyring).plain) }
        }
    }

    struct Encrypt: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Encrypts files in place.")

        @OptionGroup var options: SealOptions
        @Argument var paths: [String]

        func run() throws {
            let (password, id) = try options.sealing()
            for path in paths {
                let file = VaultFile(path)
                let plain = try file.read()
                guard !VaultText.isVaulted(String(decoding: plain, as: UTF8.self)) else {
                    throw VaultError("\(path): is encrypted already")
                }
                try file.seal(plain, password: password, id: id)
            }
        }
    }

    struct Decrypt: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Decrypts files in place.")

        @OptionGroup var passwords: VaultOptions
        @Argument var paths: [String]

        func run() throws {
            let keyring = passwords.keyring()
            for path in paths {
                let file = VaultFile(path)
                try file.write(file.open(keyring).plain)
            }
        }
    }

    struct Rekey: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Encrypts files with another password.")

        @OptionGroup var passwords: VaultOptions

        @Option(
            name: .customLong("new-vault-id"),
            help: ArgumentHelp("The new password.", valueName: "id@source")
        )
        var newID: String?

        @Option(name: .customLong("new-vault-password-file"), help: "The new password: a file or a program.")
        var newFile: String?

        @Argument var paths: [String]

        func run() throws {
            let keyring = passwords.keyring()
            let opened = try paths.map { path in (VaultFile(path), try VaultFile(path).open(keyring).plain) }
            let (password, id) = try VaultKeyring([newEntry]).password(for: nil)
            for (file, plain) in opened { try file.seal(plain, password: password, id: id) }
        }

        private var newEntry: VaultKeyring.Entry {
            let id = VaultKeyring.defaultID
            if let newID { return VaultPasswordSource.entry(newID, confirming: true) }
            if let newFile { return VaultPasswordSource.file(newFile, id: id) }
            return VaultPasswordSource.prompt("New vault password", id: id, true)
        }
    }

    struct EncryptString: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "encrypt-string",
            abstract: "Encrypts a value for a YAML file; reads it from the standard input, or asks for it."
        )

        @OptionGroup var options: SealOptions
        @Option(name: .shortAndLong, help: "The name of the variable.") var name: String?

        func run() throws {
            let (password, id) = try options.sealing()
            let plain: [UInt8]
            if isatty(STDIN_FILENO) == 1 {
                plain = Array(try Questions.askSecret("Value: ").revealed.utf8)
            } else {
                plain = Array(FileHandle.standardInput.readDataToEndOfFile())
            }
            let lines = VaultText(sealing: plain, password: password, id: id).text.split(separator: "\n")
            let indented = lines.map { "          \($0)\n" }.joined()
            Console.write((name.map { "\($0): " } ?? "") + "!vault |\n" + indented)
        }
    }

    static func name(of path: String) -> String { NSString(string: path).lastPathComponent }
}

private func editor() -> VaultEditor {
    let environment = ProcessInfo.processInfo.environment
    return VaultEditor(command: environment["VISUAL"] ?? environment["EDITOR"] ?? "vi")
}
