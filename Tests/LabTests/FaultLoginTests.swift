import Apus
import Foundation
import Testing
import Transports

@testable import Provisioning

extension LabSuite {
    /// Login shells that are no POSIX sh, that talk, or that let nobody in.
    @Suite struct LoginShells {
        static let node = Node.pi5
        static let user = "apus-login"

        /// Stay on the node, as Docker does.
        private static let installation = Task {
            try await node.root(
                """
                export DEBIAN_FRONTEND=noninteractive
                apt-get update -q >/dev/null
                apt-get install -qy --no-install-recommends fish tcsh csh zsh locales >/dev/null
                localedef -i de_DE -f UTF-8 de_DE.UTF-8
                """,
                deadline: .seconds(200)
            )
        }

        struct Login: Sendable, CustomTestStringConvertible {
            let testDescription: String
            var shell = "/bin/bash"
            /// Written to the end of its .bashrc, which bash reads for commands over SSH too.
            var startup = ""
        }

        static let logins = [
            Login(testDescription: "fish", shell: "/usr/bin/fish"),
            Login(testDescription: "tcsh", shell: "/bin/tcsh"),
            Login(testDescription: "csh", shell: "/bin/bsd-csh"),
            Login(testDescription: "zsh", shell: "/usr/bin/zsh"),
            Login(
                testDescription: "a chatty .bashrc",
                startup: """
                    echo Welcome; echo careful >&2; stty -a
                    head -c 300000 /dev/zero | tr '\\0' x; head -c 1000 /dev/urandom; printf 'no end of line'
                    """
            ),
            Login(testDescription: "no LANG", startup: "unset LANG LANGUAGE LC_ALL"),
        ]

        @Test("everything works with any login shell", arguments: logins)
        func works(_ login: Login) async throws {
            let source = try ScratchFolder()
            let upload = try source.write("upload", Disks.large + Disks.large)
            let folder = "/home/\(Self.user)/files"
            try await with(login) { hosts in
                let outcome = try await hosts.run(on: Self.node.address) {
                    for privilege in [Privilege.login, .root] {
                        Directory("\(folder) of \(privilege)").become(privilege)
                        File(
                            "\(folder) of \(privilege)/it's \"größe\" $HOME !!",
                            contents: "a\0b `id` \\ !!\n"
                        )
                        .become(privilege)
                        File("\(folder) of \(privilege)/upload", source: upload).become(privilege)
                        TestStep(
                            name: "job of \(privilege)",
                            script: "printf '%s' \"$LC_ALL\" | grep -qx C",
                            isJob: true
                        ).become(privilege)
                    }
                }
                #expect(outcome.trouble == "")
                #expect(outcome.recap.hosts.first?.line.changed == 8, "\(outcome.transcript)")
                for (privilege, owner) in [(Privilege.login, Self.user), (.root, "root")] {
                    let seen = try await Self.node.root("stat -c %U '\(folder) of \(privilege)/upload'")
                    #expect(seen == owner)
                }
            }
        }

        @Test("packages too, whose tools speak German to whoever lets them")
        func german() async throws {
            let german = "export LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8 LANGUAGE=de"
            try await with(Login(testDescription: "German", startup: german)) { hosts in
                for state in [Package.Wanted.present, .purged] {
                    let outcome = try await hosts.run(on: Self.node.address) { Package("tree", state: state) }
                    #expect(outcome.trouble == "")
                    #expect(outcome.recap.hosts.first?.line.changed == 1)
                }
            }
        }

        static let refusals = [
            (
                Login(testDescription: "nologin", shell: "/usr/sbin/nologin"),
                "This account is currently not available"
            ),
            (Login(testDescription: "false", shell: "/bin/false"), "status 1"),
            (Login(testDescription: "endless talk", startup: "yes"), "wrote more than 1 MiB"),
        ]

        @Test("who does not get a shell is told what came instead", arguments: refusals)
        func refused(_ login: Login, words: String) async throws {
            try await with(login) { hosts in
                for privilege in [Privilege.login, .root] {
                    let outcome = try await hosts.start(on: Self.node.address, as: privilege) {
                        Directory("/home/\(Self.user)/files")
                    }.end()
                    #expect(outcome.recap.exitStatus != 0)
                    #expect(outcome.trouble.contains("no shell for \(privilege)"))
                    #expect(outcome.trouble.contains(words), "\(outcome.transcript)")
                }
            }
        }

        @Test("a login shell that hangs is given up at its deadline, and the message says where to look")
        func hanging() async throws {
            try await with(Login(testDescription: "hangs", startup: "sleep 5678")) { hosts in
                let host = try #require(hosts.inventory.hosts.first { $0.name == Self.node.address })
                let transport = try await HostConnector().connect(to: host, deadline: .seconds(10))
                for privilege in [Privilege.login, .root] {
                    let login = ShellLogin(transport: transport, become: Become(), deadline: .seconds(1))
                    let error = await #expect(throws: TransportError.self) { try await login.open(privilege) }
                    let words = "no shell for \(privilege) within 1 s; see what its startup files wait for"
                    #expect(error?.message == words)
                }
                await transport.close()
            }
        }

        private func with(_ login: Login, _ work: (LabHosts) async throws -> Void) async throws {
            _ = try await Self.installation.value
            let home = "/home/\(Self.user)"
            try await Self.node.whileBroken(
                by: """
                    useradd -m -s \(login.shell) \(Self.user)
                    install -d -m 700 -o \(Self.user) \(home)/.ssh
                    install -m 600 -o \(Self.user) ~ubuntu/.ssh/authorized_keys \(home)/.ssh
                    echo '\(Self.user) ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/\(Self.user)
                    cat >\(home)/.bashrc <<'END'
                    \(login.startup)
                    END
                    """,
                mendedBy: """
                    loginctl terminate-user \(Self.user) 2>/dev/null || :
                    rm -f /etc/sudoers.d/\(Self.user)
                    ! id \(Self.user) >/dev/null 2>&1 || userdel -rf \(Self.user) 2>/dev/null
                    """
            ) { _ in try await work(try LabHosts(user: Self.user)) }
        }
    }
}
