import Foundation
import Testing

extension LabSuite {
    /// What goes wrong on the way to a host is said once and clearly, before anything else happens there.
    @Suite struct Errors {
        struct WrongInput: Sendable, CustomTestStringConvertible {
            let testDescription: String
            var replacing: [String: String] = [:]
            var arguments: [String] = []
            /// What the message has to name.
            let names: [String]
            /// A text in the line of the inventory that the message has to name.
            var line: String?
        }

        static let wrongInputs = [
            WrongInput(
                testDescription: "wrong type of a variable",
                replacing: ["10.42.0.73 ": "10.42.0.73 vrrp_priority=high"],
                names: ["vrrp_priority", "'high'", "10.42.0.73"],
                line: "vrrp_priority=high"
            ),
            WrongInput(
                testDescription: "number out of range",
                replacing: ["10.42.0.38 ": "10.42.0.38 vrrp_priority=300"],
                names: ["vrrp_priority", "300", "10.42.0.38"],
                line: "vrrp_priority=300"
            ),
            WrongInput(
                testDescription: "missing variable",
                replacing: ["10.42.0.175 ": "10.42.0.175 pages=server2"],
                names: ["page", "10.42.0.175", "pages"]
            ),
            WrongInput(
                testDescription: "wrong port",
                replacing: ["10.42.0.135 ": "10.42.0.135 page=server3 ansible_port=ssh"],
                names: ["ansible_port", "'ssh'", "10.42.0.135"],
                line: "ansible_port=ssh"
            ),
            WrongInput(
                testDescription: "unknown group in --limit",
                arguments: ["--limit", "webservers"],
                names: ["--limit", "webservers"]
            ),
            WrongInput(
                testDescription: "broken section",
                replacing: ["[servers]": "[servers"],
                names: ["closing"],
                line: "[servers"
            ),
        ]

        @Test("wrong input names its place, and no host is connected to", arguments: wrongInputs)
        func wrongInput(_ wrong: WrongInput) async throws {
            let door = try Doorbell()
            let inventory = try LabInventory(
                replacing: wrong.replacing,
                adding: ["ansible_host=127.0.0.1", "ansible_port=\(door.port)"]
            )
            let run = try await apus(["run", "site", "-i", inventory.path] + wrong.arguments)
            #expect(run.status == 64, "\(run.output)")
            for name in wrong.names { #expect(run.errors.contains(name)) }
            if let text = wrong.line {
                #expect(run.errors.contains("hosts.ini:\(try inventory.line(of: text))"))
            }
            #expect(run.errors.ranges(of: "Error:").count == 1, "\(run.errors)")
            #expect(!run.output.contains("Play"))
            #expect(door.takeConnections() == 0)
        }

        @Test("right input is connected to: the doorbell of these tests rings")
        func doorbell() async throws {
            let door = try Doorbell()
            let inventory = try LabInventory(adding: ["ansible_host=127.0.0.1", "ansible_port=\(door.port)"])
            let run = try await apus(["run", "site", "-i", inventory.path, "--connect-timeout", "1"])
            #expect(run.status == 4, "\(run.output)")
            #expect(door.takeConnections() == Node.allCases.count)
        }

        @Test("logs in with each type of key", arguments: ["id_ed25519", "id_ecdsa", "id_rsa"])
        func key(_ name: String) async throws {
            let inventory = try LabInventory(
                replacing: [
                    "ansible_ssh_private_key_file": "ansible_ssh_private_key_file=\(Lab.state)/\(name)"
                ]
            )
            let run = try await apus(["exec", "-i", inventory.path, "all", "--", "id", "-un"])
            #expect(run.status == 0, "\(run.output)")
            #expect(run.output.ranges(of: "\n  ubuntu\n").count == Node.allCases.count, "\(run.output)")
        }

        @Test(
            "a key that cannot be read is named",
            arguments: ["missing", "a folder", "no key", "only the public half"]
        )
        func unreadableKey(_ kind: String) async throws {
            let files = try ScratchFolder()
            let path = files.path("id_of_mine")
            switch kind {
            case "a folder":
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            case "no key": try files.write("id_of_mine", "nothing of use\n")
            case "only the public half":
                let half = try String(contentsOfFile: Lab.state + "/id_ed25519.pub", encoding: .utf8)
                try files.write("id_of_mine", half)
            default: break
            }
            let inventory = try LabInventory(
                replacing: ["ansible_ssh_private_key_file": "ansible_ssh_private_key_file=\(path)"]
            )
            let run = try await apus(["run", "site", "-i", inventory.path, "--limit", Node.pi3.address])
            #expect([4, 64].contains(run.status), "\(run.output)\(run.errors)")
            let message = run.output + run.errors
            #expect(message.contains(path))
            #expect(message.contains(Node.pi3.address) || run.status == 64)
            #expect(!run.output.contains("Task:"))
        }

        @Test("an unknown host key is refused, and the message says how to accept it; accepting records it")
        func unknownHostKey() async throws {
            let files = try ScratchFolder()
            let known = files.path("known_hosts")
            let inventory = try LabInventory(
                replacing: ["apus_known_hosts_file": "apus_known_hosts_file=\(known)"]
            )
            let command = ["exec", "-i", inventory.path, Node.pi3.address, "--", "true"]

            let refused = try await apus(command)
            #expect(refused.status == 4)
            for word in [Node.pi3.address, known, "--accept-new-host-keys"] {
                #expect(refused.output.contains(word))
            }
            #expect(!FileManager.default.fileExists(atPath: known))

            let accepted = try await apus([command[0], "--accept-new-host-keys"] + command.dropFirst())
            #expect(accepted.status == 0, "\(accepted.output)")
            let recorded = try files.text("known_hosts").split(separator: "\n").map(String.init)
            let genuine = try String(contentsOfFile: Lab.state + "/known_hosts", encoding: .utf8)
                .split(separator: "\n").map(String.init)
            #expect(!recorded.isEmpty && recorded.allSatisfy(genuine.contains), "\(recorded)")

            let again = try await apus(command)
            #expect(again.status == 0, "\(again.output)")
        }

        @Test("a changed host key is refused, accepting new ones or not; the message names the line")
        func changedHostKey() async throws {
            let files = try ScratchFolder()
            let genuine = try String(contentsOfFile: Lab.state + "/known_hosts", encoding: .utf8)
            let others = genuine.split(separator: "\n").filter { $0.hasPrefix(Node.pi4.address + " ") }
            let forged = others.map { $0.replacing(Node.pi4.address, with: Node.pi3.address) + "\n" }
            let known = try files.write("known_hosts", "# Not its keys.\n" + forged.joined())
            let inventory = try LabInventory(
                replacing: ["apus_known_hosts_file": "apus_known_hosts_file=\(known)"]
            )
            for more in [[], ["--accept-new-host-keys"]] {
                let run = try await apus(
                    ["run", "site", "-i", inventory.path, "--limit", Node.pi3.address] + more
                )
                #expect(run.status == 4)
                #expect(run.output.contains(Node.pi3.address))
                #expect((2...4).contains { run.output.contains("\(known):\($0)") }, "\(run.output)")
                #expect(!run.output.contains("Task:"))
            }
            #expect(try files.text("known_hosts").hasSuffix(forged.joined()))
        }

        @Test(
            "a wrong sudo password is tried once, none not at all; nothing changes on the host",
            arguments: ["wrong", nil]
        )
        func wrongSudoPassword(_ password: String?) async throws {
            let inventory = try LabInventory(
                replacing: ["ansible_user": "ansible_user=carol"],
                adding: password.map { ["ansible_become_password=\($0)"] } ?? []
            )
            // Its first login leaves traces that later ones do not.
            let first = try await apus(["ping", "-i", inventory.path, Node.pi3.address])
            #expect(first.status == 0, "\(first.output)")
            let cursor = try await Node.pi3.root("journalctl -qn 0 --show-cursor | sed 's/^-- cursor: //'")
            let before = try await Snapshot.take(of: .pi3)
            let run = try await apus(["run", "site", "-i", inventory.path, "--limit", Node.pi3.address])
            let after = try await Snapshot.take(of: .pi3)
            #expect(run.status == 2, "\(run.output)")
            #expect(run.output.ranges(of: "password").count >= 1, "\(run.output)")
            #expect(run.output.contains(Node.pi3.address))
            #expect(!run.output.contains("Task:"))
            #expect(!run.output.contains("wrong sudo: wrong") && !run.output.contains("=wrong"))
            #expect(after.changes(since: before) == [])
            let log = "journalctl -q -o cat -t sudo --after-cursor='\(cursor)'"
            if password != nil {
                let attempts =
                    "until \(log) | grep -o '[0-9]* incorrect password attempt'; do sleep 0.1; done"
                #expect(try await Node.pi3.root(attempts) == "1 incorrect password attempt")
            }
            let failures = "\(log) | grep -c 'authentication failure' || :"
            #expect(try await Node.pi3.root(failures) == (password == nil ? "0" : "1"))
        }

        @Test("the right sudo password makes root")
        func rightSudoPassword() async throws {
            let inventory = try LabInventory(
                replacing: ["ansible_user": "ansible_user=carol"],
                adding: ["ansible_become_password=lab-password"]
            )
            let run = try await apus(["exec", "-i", inventory.path, "--become", "all", "--", "id", "-un"])
            #expect(run.status == 0, "\(run.output)")
            #expect(run.output.ranges(of: "\n  root\n").count == Node.allCases.count, "\(run.output)")
            #expect(!(run.output + run.errors).contains("lab-password"))
        }

        private func apus(_ words: [String]) async throws -> Program.Ended {
            try await Program([Lab.apus] + words).run(deadline: .seconds(60))
        }
    }
}
