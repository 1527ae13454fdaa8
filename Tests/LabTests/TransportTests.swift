import ApusTesting
import Foundation
import HostInventory
import ProgramFiles
import Provisioning
import Testing

@testable import Transports

extension LabSuite {
    @Suite struct Transports {
        @Test func aNodeOverLibSSH2KeepsTheContractOfTransports() async throws {
            let inventory = try Inventory(contentsOf: Lab.inventoryPath)
            let node = try #require(inventory.hosts.last)
            try await TransportContract(try await HostConnector().connect(to: node, deadline: .seconds(10)))
                .check()
        }

        @Test func aDockerContainerKeepsTheContractOfTransports() async throws {
            try await LabHosts().needDocker(on: Node.pi3.address)
            try await Node.pi3.whileBroken(
                by: """
                    docker rm -f apus-box >/dev/null 2>&1 || :
                    docker run -d --name apus-box debian:bookworm-slim sleep 600
                    """,
                mendedBy: "docker rm -f apus-box"
            ) { _ in try await check(.docker, program: "docker", on: .pi3) }
        }

        /// The container has the node's programs, and nothing else of it.
        @Test func anLXCContainerKeepsTheContractOfTransports() async throws {
            try await Node.pi5.root(
                """
                command -v lxc-attach >/dev/null || {
                  apt-get update -q
                  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends lxc
                } >/dev/null
                """,
                deadline: .seconds(200)
            )
            try await Node.pi5.whileBroken(
                by: """
                    box=/var/lib/lxc/apus-box; mkdir -p $box/rootfs/dev
                    for name in bin sbin lib lib64; do ln -sfn usr/$name $box/rootfs/$name; done
                    cat >$box/config <<'END'
                    lxc.uts.name = apus-box
                    lxc.net.0.type = empty
                    lxc.apparmor.profile = unconfined
                    lxc.rootfs.path = dir:/var/lib/lxc/apus-box/rootfs
                    lxc.mount.auto = proc:mixed sys:ro
                    lxc.mount.entry = /usr usr none ro,bind,create=dir 0 0
                    lxc.mount.entry = /etc etc none ro,bind,create=dir 0 0
                    lxc.init.cmd = /usr/bin/sleep 600
                    END
                    lxc-start -n apus-box
                    """,
                mendedBy: "lxc-stop -k -n apus-box 2>/dev/null || :; rm -rf /var/lib/lxc/apus-box"
            ) { _ in try await check(.lxc, program: "lxc-attach", on: .pi5) }
        }

        /// - Parameter program: runs on the node, where the containers are, with its standard streams here.
        private func check(_ runner: ContainerRunner, program: String, on node: Node) async throws {
            let folder = try ScratchFolder()
            let path = folder.path(program)
            try writeProgram(
                """
                #!/bin/sh
                words=\(program)
                for word; do words="$words '$(printf %s "$word" | sed "s/'/'\\\\\\\\''/g")'"; done
                exec '\(Lab.root)/lab/lab' ssh \(node) "sudo $words"

                """,
                to: URL(fileURLWithPath: path)
            )
            let prefix = runner.prefix(container: "apus-box", user: nil, program: path)
            let transport = try await ProcessTransport.connect(prefix, deadline: .seconds(30))
            #expect(transport.loginUser == "root")
            try await TransportContract(transport).check()
        }
    }

    /// Logins as carol, who has a password.
    @Suite struct Passwords {
        /// `apus ping -k` on all nodes, to its end; no key of the lab is tried.
        private func ping(answering: (TerminalRun) async throws -> Void) async throws -> TerminalRun {
            let inventory = try LabInventory(
                replacing: ["ansible_user": "ansible_user=carol", "ansible_ssh_private_key_file": ""],
                adding: ["ansible_ssh_common_args='-F none -o PubkeyAuthentication=no'"]
            )
            let run = try TerminalRun([Lab.apus, "ping", "-k", "-i", inventory.path])
            try await run.answer("Password of carol: ", with: "lab-password")
            try await answering(run)
            #expect(try await run.end() == 0, "\(run.transcript)")
            #expect(run.transcript.ranges(of: "  ok  ").count == 5, "\(run.transcript)")
            withExtendedLifetime(inventory) {}
            return run
        }

        @Test func areAskedForOnceForAllNodes() async throws {
            let run = try await ping { _ in }
            #expect(run.transcript.ranges(of: "assword").count == 1, "\(run.transcript)")
        }

        /// Their passwords have expired: sshd asks for the present one again, and twice for a new one.
        @Test("what each node asks besides is asked with its name, one question after the other")
        func keyboardInteractive() async throws {
            let options = "/etc/ssh/sshd_config.d/apus.conf"
            _ = try await onEach { node in
                try await node.root(
                    """
                    chage -d 0 carol
                    printf 'PasswordAuthentication no\nKbdInteractiveAuthentication yes\n' >\(options)
                    systemctl reload ssh
                    """
                )
            }
            let result = await Result { try await changePasswords() }
            _ = try await onEach { node in
                try await node.root(
                    "echo carol:lab-password | chpasswd; rm \(options); systemctl reload ssh"
                )
            }
            try result.get()
        }

        private func changePasswords() async throws {
            let run = try await ping { run in
                for number in 1...15 {
                    try await run.answer(" password: ", number: number) { line in
                        line.contains("Current") ? "lab-password" : "another-Secret-of-5-nodes"
                    }
                }
            }
            let lines = run.transcript.replacing("\u{1B}[K", with: "").split(whereSeparator: \.isNewline)
            // What sshd has to say stands before the question.
            let questions = lines.filter { $0.hasSuffix(" password: ") }.map { line in
                "\(line.prefix { $0 != " " })\(line.split(separator: " ").suffix(2).joined(separator: " "))"
            }
            let wanted = Node.allCases.flatMap { node in
                ["Current", "New", "new"].map { "carol@\(node.address):\($0) password:" }
            }
            #expect(questions.sorted() == wanted.sorted(), "\(run.transcript)")
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ work: () async throws -> Success) async {
        do {
            self = .success(try await work())
        } catch {
            self = .failure(error)
        }
    }
}
