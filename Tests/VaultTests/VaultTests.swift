import Foundation
import HostInventory
import Testing

@testable import Vault

private let password: Secret = "hunter2"

/// The message of the error that `body` throws.
private func message(_ body: () throws -> some Any) -> String {
    do { return "nothing was thrown, but \(try body())" } catch { return "\(error)" }
}

@Suite("Vaulted texts")
struct VaultTextTests {
    /// Made by ansible-vault of ansible-core 2.19.14.
    private static let ansibles = """
        $ANSIBLE_VAULT;1.2;AES256;dev
        32653637333231343634306235303636373538623231366536373637363166616163336531643338
        6338643562666364636561306137323364316338326235660a393238336437326130373064376530
        34633336613762333539313737613833613836353033356266323638653736306530613465623363
        3831653437633032660a663036323138633530666336363265336234633231306534363832333930
        3565

        """

    @Test("of ansible-vault are opened")
    func ansibleVault() throws {
        let text = try VaultText(Self.ansibles)
        #expect(text.id == "dev")
        #expect(try text.open(password) == Array("hello\nworld".utf8))
        #expect(text.text == Self.ansibles)
    }

    @Test("are opened as they were sealed", arguments: [0, 1, 15, 16, 17, 5_000], [nil, "prod"])
    func roundTrip(length: Int, id: String?) throws {
        let plain = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        let text = VaultText(sealing: plain, password: password, id: id).text
        #expect(
            text.hasPrefix(id.map { "$ANSIBLE_VAULT;1.2;AES256;\($0)\n" } ?? "$ANSIBLE_VAULT;1.1;AES256\n")
        )
        #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 80 })
        let read = try VaultText(text)
        #expect(try read.open(password) == plain)
        #expect(read.id == id)
    }

    @Test("differ each time, by their salt")
    func salt() {
        #expect(
            VaultText(sealing: [1], password: password).text
                != VaultText(sealing: [1], password: password).text
        )
    }

    @Test(
        "that are malformed are told with their line",
        arguments: [
            ("", "line 1 of the vault: wanted $ANSIBLE_VAULT;1.1;AES256 or the same with 1.2 and an id"),
            (
                "$ANSIBLE_VAULT;1.0;AES\n00",
                "line 1 of the vault: the version 1.0 is not supported; there are 1.1 and 1.2 with an id"
            ),
            (
                "$ANSIBLE_VAULT;1.2;AES256\n00",
                "line 1 of the vault: the version 1.2 is not supported; there are 1.1 and 1.2 with an id"
            ),
            (
                "$ANSIBLE_VAULT;1.1;AES\n00",
                "line 1 of the vault: the cipher AES is not supported; there is AES256"
            ),
            ("$ANSIBLE_VAULT;1.1;AES256\n00\n0x", "line 3 of the vault: wanted hexadecimal digits"),
            ("$ANSIBLE_VAULT;1.1;AES256\n0", "line 2 of the vault: wanted hexadecimal digits"),
            (
                "$ANSIBLE_VAULT;1.1;AES256\n3030",
                "line 2 of the vault: it is cut, or something is missing in its middle"
            ),
            (
                "$ANSIBLE_VAULT;1.1;AES256",
                "line 1 of the vault: it is cut, or something is missing in its middle"
            ),
        ]
    )
    func malformed(text: String, expected: String) {
        #expect(message { try VaultText(text) } == expected)
    }

    @Test("that were changed, or whose password is another, are not opened")
    func changed() throws {
        let expected = "the password does not fit, or the text was changed"
        #expect(message { try VaultText(Self.ansibles).open("hunter3") } == expected)
        let changed = Self.ansibles.replacing("3565\n", with: "3566\n")
        #expect(message { try VaultText(changed).open(password) } == expected)
    }
}

@Suite("The passwords of vaults")
struct VaultKeyringTests {
    private func entry(_ id: String, _ password: Secret) -> VaultKeyring.Entry {
        VaultKeyring.Entry(id: id, source: "test") { password }
    }

    @Test("are tried by id first, then all")
    func order() throws {
        let dev = VaultText(sealing: [1], password: "a", id: "dev").text
        let none = VaultText(sealing: [2], password: "b").text
        let ring = VaultKeyring([entry("prod", "b"), entry("dev", "a")])
        #expect(try ring.open(dev) == [1])
        #expect(try ring.open(none) == [2])
        #expect(try VaultKeyring([entry("prod", "a")]).open(dev) == [1])
        #expect(
            message { try VaultKeyring([entry("prod", "x")]).open(dev) }
                == "no password fits, it wants dev; tried prod (test)"
        )
        #expect(message { try VaultKeyring([]).open(dev) }.contains("--vault-password-file"))
    }

    @Test("are fetched when needed, and once")
    func lazily() throws {
        nonisolated(unsafe) var count = 0
        let ring = VaultKeyring([
            VaultKeyring.Entry(source: "test") {
                count += 1
                return "a"
            }
        ])
        #expect(count == 0)
        let text = VaultText(sealing: [1], password: "a").text
        for _ in 0..<3 { _ = try ring.open(text) }
        #expect(count == 1)
    }

    @Test("open vaulted variables of an inventory")
    func inventory() throws {
        let folder = NSTemporaryDirectory() + "apus-vault-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(
            atPath: folder + "/group_vars",
            withIntermediateDirectories: true
        )
        let value = VaultText(sealing: Array("s3cret".utf8), password: password, id: "dev").text
        let lines = value.split(separator: "\n").map { "  \($0)\n" }.joined()
        try "pi1\n".write(toFile: folder + "/hosts", atomically: true, encoding: .utf8)
        try "key: !vault |\n\(lines)plain: 1\n".write(
            toFile: folder + "/group_vars/all",
            atomically: true,
            encoding: .utf8
        )
        let ring = VaultKeyring([entry("dev", password)])
        var options = Inventory.SourceOptions()
        options.vault = { String(decoding: try ring.open($0), as: UTF8.self) }
        let host = try Inventory(sources: [folder + "/hosts"], options: options).hosts[0]
        #expect(try host.variables["key"] == "s3cret")
        #expect(!"\(host.variables)".contains("s3cret"))
        options.vault = { String(decoding: try VaultKeyring([]).open($0), as: UTF8.self) }
        #expect(
            message { try Inventory(sources: [folder + "/hosts"], options: options) }
                .hasPrefix("\(folder)/group_vars/all:1:")
        )
    }
}

@Suite("Vaulted files")
struct VaultFileTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "apus-vault-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    @Test("are replaced as a whole and are their owner's only, also behind a link")
    func replace() throws {
        let path = folder + "/secrets.yml"
        try "old".write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: path)
        try VaultFile(folder + "/link").seal(Array("new".utf8), password: password, id: nil)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let ring = VaultKeyring([VaultKeyring.Entry(source: "test") { password }])
        #expect(try VaultFile(path).open(ring).plain == Array("new".utf8))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["link", "secrets.yml"]
        )
        try? FileManager.default.removeItem(atPath: folder)
    }

    @Test("that are malformed are told with file and line")
    func malformed() throws {
        let path = folder + "/bad"
        try "$ANSIBLE_VAULT;1.1;AES256\nzz\n".write(toFile: path, atomically: false, encoding: .utf8)
        #expect(
            message { try VaultFile(path).open(VaultKeyring([])) } == "\(path):2: wanted hexadecimal digits"
        )
        try "plain\n".write(toFile: path, atomically: false, encoding: .utf8)
        #expect(
            message { try VaultFile(path).open(VaultKeyring([])) }.hasPrefix("\(path):1: is not encrypted")
        )
        try? FileManager.default.removeItem(atPath: folder)
    }

    @Test("leave nothing behind when they were edited")
    func edit() throws {
        let seen = folder + "/seen"
        let script = folder + "/editor"
        // Notes where the file lies and its mode, leaves a backup, and changes the text.
        try
            "#!/bin/sh\necho \"$1\" >\(seen); stat -c %a \"$1\" >>\(seen); cp \"$1\" \"$1~\"; echo new >\"$1\"\n"
            .write(toFile: script, atomically: false, encoding: .utf8)
        let edited = try VaultEditor(command: "sh \(script)").edit(Array("old".utf8), name: "secrets.yml")
        #expect(edited == Array("new\n".utf8))
        let lines = try String(contentsOfFile: seen, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(lines.count == 2 && lines[0].hasSuffix("/secrets.yml") && lines[1] == "600")
        #expect(!FileManager.default.fileExists(atPath: NSString(string: lines[0]).deletingLastPathComponent))
        #expect(
            message { try VaultEditor(command: "false").edit([], name: "x") }.contains("nothing was changed")
        )
        try? FileManager.default.removeItem(atPath: folder)
    }
}
