import Foundation
import ProgramFiles
import Testing

@Suite("apus vault", .timeLimit(.minutes(3)))
struct VaultCommandTests {
    let place = try! TestPlace()

    init() throws {
        try place.write("one", "first password\n")
        try place.write("two", "second password\n")
    }

    /// - Parameters:
    ///   - words: `%` stands for the folder.
    ///   - editor: a script that gets the file's name.
    private func vault(
        _ words: [String],
        editor: String = "exit 7",
        environment: [String: String] = [:]
    ) async throws -> TestRun.Ended {
        try place.write("editor", editor)
        let variables = environment.mapValues(filled).merging(["VISUAL": filled("sh %editor")]) { $1 }
        return try await TestRun(["vault"] + words.map(filled), in: place, environment: variables).end()
    }

    private func vault(_ words: String..., editor: String = "exit 7") async throws -> TestRun.Ended {
        try await vault(words, editor: editor)
    }

    private func filled(_ text: String) -> String { text.replacing("%", with: place.path + "/") }

    private func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: "\(place.path)/\(name)")[.posixPermissions] as? Int
    }

    @Test("create, view, edit, rekey, decrypt and encrypt one file; no plain text stays on the disk")
    func verbs() async throws {
        let (one, two) = ("--vault-password-file=%one", "--vault-password-file=%two")
        let create = try await vault("create", one, "%secrets.yml", editor: "echo 'key: canary-1' >$1")
        #expect(create.status == 0, "\(create.output)")
        #expect(place.read("secrets.yml")?.hasPrefix("$ANSIBLE_VAULT;1.1;AES256\n") == true)
        #expect(try await vault("view", one, "%secrets.yml").output == "key: canary-1\n")

        let edit = "cp $1 $1.bak; dirname $1 >\(place.path)/seen; sed -i s/1/2/ $1"
        #expect(try await vault("edit", one, "%secrets.yml", editor: edit).status == 0)
        #expect(try await vault("view", one, "%secrets.yml").output == "key: canary-2\n")
        let folder = try #require(place.read("seen")).trimmingCharacters(in: .newlines)
        #expect(!FileManager.default.fileExists(atPath: folder))
        // The logs are what `view` wrote.
        for name in place.names(in: ".") where name != "editor" && !name.hasSuffix(".log") {
            #expect(place.read(name)?.contains("canary") != true, "\(name)")
        }

        #expect(try await vault("rekey", one, "--new-vault-password-file=%two", "%secrets.yml").status == 0)
        #expect(try await vault("view", one, "%secrets.yml").status != 0)
        #expect(try await vault("view", two, "%secrets.yml").output == "key: canary-2\n")
        #expect(try mode("secrets.yml") == 0o600)

        #expect(try await vault("decrypt", two, "%secrets.yml").status == 0)
        #expect(place.read("secrets.yml") == "key: canary-2\n")
        #expect(try await vault("encrypt", "--vault-id=dev@%one", "%secrets.yml").status == 0)
        #expect(place.read("secrets.yml")?.hasPrefix("$ANSIBLE_VAULT;1.2;AES256;dev\n") == true)
        #expect(try mode("secrets.yml") == 0o600)
    }

    @Test(
        "a password comes from a file, a program, a command or the environment",
        arguments: [
            (["--vault-password-file=%one"], [:]), (["--vault-password-file=%program"], [:]),
            (["--vault-id=%one"], [:]), (["--vault-id=dev@%keys-client"], [:]),
            (["--vault-id=dev@%two", "--vault-id=other@%one"], [:]),
            (["--vault-password-command=cat '%one'"], [:]), ([], ["ANSIBLE_VAULT_PASSWORD_FILE": "%one"]),
        ] as [([String], [String: String])]
    )
    func passwords(options: [String], environment: [String: String]) async throws {
        for (name, script) in [
            ("program", "cat '\(place.path)/one'"),
            ("keys-client", "[ \"$*\" = '--vault-id dev' ] && cat '\(place.path)/one'"),
        ] {
            let file = URL(fileURLWithPath: "\(place.path)/\(name)")
            try writeProgram("#!/bin/sh\n\(script)\n", to: file)
        }
        try place.write("plain", "text\n")
        #expect(try await vault("encrypt", "--vault-password-file=%one", "%plain").status == 0)
        let viewed = try await vault(["view", "%plain"] + options, environment: environment)
        #expect(viewed.output == "text\n")
    }

    @Test("a password that is asked for is asked twice where it encrypts; so is a value")
    func prompts() async throws {
        let sealing = try atTerminal("vault", "encrypt-string", "-J", "--name", "token")
        try await sealing.answer("Vault password: ", with: "canary")
        try await sealing.answer("Vault password, once more: ", with: "canary")
        try await sealing.answer("Value: ", with: "s3cret")
        #expect(try await sealing.end() == 0, "\(sealing.transcript)")
        #expect(!sealing.transcript.contains("canary") && !sealing.transcript.contains("s3cret"))

        let said = sealing.transcript.replacing("\r", with: "")
        let value = said[try #require(said.range(of: "!vault |")).lowerBound...]
        try place.write("hosts.yml", "all:\n  hosts:\n    pi1:\n      token: \(value)")
        let reading = try atTerminal("inventory", "list", "--show-secrets", "-J", "-i", "%hosts.yml")
        try await reading.answer("Vault password: ", with: "canary")
        #expect(try await reading.end() == 0, "\(reading.transcript)")
        #expect(reading.transcript.contains("token: \"s3cret\""))

        let differing = try atTerminal("vault", "encrypt", "-J", "%one")
        try await differing.answer("Vault password: ", with: "canary")
        try await differing.answer("Vault password, once more: ", with: "canari")
        #expect(try await differing.end() != 0)
        #expect(differing.transcript.contains("the two passwords differ"))
        #expect(place.read("one") == "first password\n")
    }

    private func atTerminal(_ words: String...) throws -> TerminalRun {
        let environment = TestRun.environment(in: place)
        return try TerminalRun([TestRun.program.path] + words.map(filled), environment: environment)
    }

    @Test(
        "what is wrong is said in one line, and changes nothing",
        arguments: [
            (
                ["view", "--vault-password-file=%two", "%vaulted"],
                "%vaulted:1: no password fits; tried default (%two)"
            ),
            (
                ["view", "%vaulted"],
                "%vaulted:1: is encrypted; give the password with --vault-password-file or --vault-id"
            ),
            (
                ["view", "--vault-password-file=%none", "%vaulted"],
                "%vaulted:1: the vault password file %none: cannot be read: No such file or directory"
            ),
            (
                ["view", "--vault-password-file=%target", "%vaulted"],
                "%vaulted:1: the vault password file %target: is a directory"
            ),
            (
                ["view", "--vault-password-command=exit 3", "%vaulted"],
                "%vaulted:1: «exit 3» gave no vault password: it ended with status 3"
            ),
            (
                ["view", "--vault-password-command=:", "%vaulted"],
                "%vaulted:1: the vault password from command is empty"
            ),
            (["view", "--vault-password-file=%one", "%target"], "%target: is a directory"),
            (
                ["view", "--vault-password-file=%one", "%none"],
                "%none: cannot be read: No such file or directory"
            ),
            (["view", "--vault-password-file=%one", "%one"], "%one:1: is not encrypted with a vault"),
            (["encrypt", "--vault-password-file=%one", "%vaulted"], "%vaulted: is encrypted already"),
            (["encrypt", "%one"], "give the password with --vault-password-file or --vault-id"),
            (
                ["create", "--vault-password-file=%one", "%vaulted"],
                "%vaulted: exists already; see `apus vault edit`"
            ),
            (
                ["edit", "--vault-password-file=%one", "%vaulted"],
                "the editor «sh %editor» ended with status 7; nothing was changed"
            ),
            (
                [
                    "rekey", "--vault-password-file=%one", "--new-vault-password-file=%two", "%vaulted",
                    "%one",
                ],
                "%one:1: is not encrypted with a vault"
            ),
        ]
    )
    func errors(words: [String], message: String) async throws {
        try place.write("vaulted", "text\n")
        #expect(try await vault("encrypt", "--vault-password-file=%one", "%vaulted").status == 0)
        let before = place.read("vaulted")
        let ended = try await vault(words)
        #expect(ended.status != 0)
        #expect(ended.output == filled("Error: \(message)\n"))
        #expect(place.read("vaulted") == before)
    }
}
