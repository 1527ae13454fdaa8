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
        /// No key of the lab is tried.
        private func ping() throws -> (run: TerminalRun, inventory: LabInventory) {
            let inventory = try LabInventory(
                replacing: ["ansible_user": "ansible_user=carol", "ansible_ssh_private_key_file": ""],
                adding: ["ansible_ssh_common_args='-F none -o PubkeyAuthentication=no'"]
            )
            return (try TerminalRun([Lab.apus, "ping", "-k", "-i", inventory.path]), inventory)
        }

        private func isWell(_ run: TerminalRun) async throws -> Bool {
            try await run.end() == 0 && run.transcript.ranges(of: "  ok  ").count == 5
        }

        @Test func areAskedForOnceForAllNodes() async throws {
            let (run, _) = try ping()
            try await run.answer("Password of carol: ", with: "lab-password")
            #expect(try await isWell(run), "\(run.transcript)")
            #expect(run.transcript.ranges(of: "assword").count == 1, "\(run.transcript)")
        }

        @Test("what each node asks besides is asked with its name, one after the other")
        func keyboardInteractive() async throws {
            _ = try await onEach { node in
                try await node.root(
                    """
                    cp /etc/pam.d/sshd /etc/pam.d/sshd.apus
                    sed -i 's/^@include common-auth/auth required pam_unix.so\\nauth required pam_unix.so/' /etc/pam.d/sshd
                    printf 'PasswordAuthentication no\\nKbdInteractiveAuthentication yes\\n' >/etc/ssh/sshd_config.d/apus.conf
                    systemctl reload ssh
                    """
                )
            }
            let result: Result<(), any Error>
            do {
                result = .success(try await askEach())
            } catch {
                result = .failure(error)
            }
            _ = try await onEach { node in
                try await node.root(
                    "mv /etc/pam.d/sshd.apus /etc/pam.d/sshd; rm /etc/ssh/sshd_config.d/apus.conf; systemctl reload ssh"
                )
            }
            try result.get()
        }

        private func askEach() async throws {
            let (run, _) = try ping()
            try await run.answer("Password of carol: ", with: "lab-password")
            for number in 1...5 {
                try await run.answer(": Password: ", number: number, with: "lab-password")
            }
            #expect(try await isWell(run), "\(run.transcript)")
            let lines = run.transcript.replacing("\u{1B}[K", with: "").split(whereSeparator: \.isNewline)
            let questions = lines.filter { $0.hasSuffix(": Password: ") }.map(String.init).sorted()
            let wanted = Node.allCases.map { "carol@\($0.address): Password: " }.sorted()
            #expect(questions == wanted, "\(run.transcript)")
        }
    }
}
