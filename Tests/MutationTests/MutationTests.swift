import Foundation
import HostInventory
import MutationSupport
import Testing
import Vault

@testable import SSH

/// Broken input must end in a value or in an error with its place, never in a crash or a hang.
@Suite("Mutated")
struct MutationTests {
    private static let rounds = Mutator.askedRounds ?? 5_000

    @Test("inventories end in an inventory, or in an error that names the file")
    func inventories() throws {
        let seed = """
            lone:22 a=1 b="two words" c='[1, "x", {"k": None}]' # note
            [2001:db8::1]:2222 ansible_user=ubuntu
            [balancers]
            web[01:03:1].lan port=0x1f t=True
            db-[a:c] v="r'\\\\n' '\\u00fc'" f=-1.5e3
            [cluster:children]
            balancers # kids
            servers
            [servers]
            10.42.0.[1:3]
            [servers:vars]
            x = (1, 2), {3, 4}
            y = 'open
            ; comment
            [all:vars]
            ansible_ssh_common_args="-o 'A=b' -C"
            ansible_port=22
            """
        var mutator = Mutator(salt: "[]:=\"'#;\\\n ,(){}-0aF\u{7F}")
        var parsed = 0
        for _ in 0..<Self.rounds {
            let text = String(decoding: mutator.mutated(seed.utf8), as: UTF8.self)
            do {
                let inventory = try Inventory(parsing: text, file: "m.ini")
                parsed += 1
                for host in inventory.hosts.prefix(3) { _ = Result { try host.connection } }
                _ = Result { try inventory.hosts(matching: Pattern(String(text.prefix(20)))) }
            } catch {
                #expect("\(error)".contains("m.ini:"), "\(error) for \(text)")
            }
        }
        // Both ways were walked: mutations that only break would test half.
        #expect(parsed > Self.rounds / 1000)
    }

    @Test("inventories in YAML end in an inventory, or in an error that names the file")
    func yaml() throws {
        let seed = """
            all:
              vars: {level: 0, mode: 0644}
              hosts:
                lone:
                pi[1:2]: {weight: 5, list: [a, &b "c", *b]}
              children:
                balancers:
                  hosts:
                    pi2:2222:
                      note: |
                        two
                        lines
            """
        let file = NSTemporaryDirectory() + "apus-mutation-\(UUID().uuidString).yml"
        defer { try? FileManager.default.removeItem(atPath: file) }
        var mutator = Mutator(salt: "[]{}:&*!|>'\"#%@,- \n\t0x")
        var parsed = 0
        for _ in 0..<Self.rounds {
            try Data(mutator.mutated(seed.utf8)).write(to: URL(fileURLWithPath: file))
            do {
                _ = try Inventory(contentsOf: file)
                parsed += 1
            } catch {
                #expect("\(error)".contains(file), "\(error)")
            }
        }
        #expect(parsed > Self.rounds / 1000)
    }

    @Test("vaults end in a vault, or in an error with its line")
    func vaults() {
        let seed = VaultText(sealing: Array("secret".utf8), password: "password", id: "dev").text
        var mutator = Mutator(salt: "$;012adf \n")
        var parsed = 0
        for _ in 0..<Self.rounds {
            let text = String(decoding: mutator.mutated(seed.utf8), as: UTF8.self)
            do {
                _ = try VaultText(text)
                parsed += 1
            } catch {
                #expect(error.line != nil, "\(error) for \(text)")
            }
        }
        #expect(parsed > Self.rounds / 1000)
    }

    @Test("client configurations end in options, or in an error with its place")
    func clientConfigurations() {
        let seed = """
            Host pi? !pi9 "two words"
              HostName %h.example.org # comment
              Port=2222
              ProxyJump bob@a:33,[::1]:22
            Match !host pi*,!x exec "test %n" final
              IdentityFile ~/.ssh/%r-${HOME}
              UserKnownHostsFile "a b" none
              ConnectTimeout 1m30s
              StrictHostKeyChecking accept-new
            Include other
            """
        var mutator = Mutator(salt: " =\"'#\\\n%!*,:@[]~$0aF\t")
        var parsed = 0
        for _ in 0..<Self.rounds {
            let text = String(decoding: mutator.mutated(seed.utf8), as: UTF8.self)
            let environment = ClientEnvironment(
                user: "me",
                home: "/home/me",
                read: { $0.hasSuffix("c") ? text : nil }
            )
            do {
                let configuration = try ClientConfiguration(file: "c", environment: environment)
                _ = try configuration.options(for: "pi1")
                parsed += 1
            } catch {
                #expect(!error.location.isEmpty, "\(error) for \(text)")
            }
        }
        #expect(parsed > Self.rounds / 1000)
    }

    @Test("known hosts end in entries, and in problems with their line")
    func knownHosts() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2xPpWDzA3pYHZ1rTcUIxLBDT4AoaNyo7RNVfTzTr6Q"
        let seed = """
            pi1,10.0.0.1 \(key) root@pi1
            [pi2]:2222,!bad,*.lan \(key)
            @revoked * \(key)
            |1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= \(key)
            """
        var mutator = Mutator(salt: "@|,!*[]: =\n#aA/+")
        var entries = 0
        for _ in 0..<Self.rounds {
            let file = KnownHostsFile(
                String(decoding: mutator.mutated(seed.utf8), as: UTF8.self),
                path: "k"
            )
            entries += file.entries.count
            for problem in file.problems { #expect(problem.location.hasPrefix("k:")) }
            for entry in file.entries { _ = entry.hosts.matches("pi1") }
        }
        #expect(entries > Self.rounds)
    }
}
