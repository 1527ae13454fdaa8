import Apus
import HostInventory
import Provisioning
import Testing

extension LabSuite {
    /// Real sudo, su and doas, from a user without any rights but these.
    @Suite struct Becoming {
        static let node = Node.pi5
        static let user = "apus-dora"
        static let other = "apus-olga"

        struct Case: Sendable, CustomTestStringConvertible {
            let method: Become.Method
            let privilege: Privilege
            var password: String?
            /// nil where it becomes the other user.
            var message: String?

            var testDescription: String {
                "\(method) to \(privilege) \(password.map { "with \($0)" } ?? "without a password")"
            }
        }

        static let cases = [
            Case(method: .sudo, privilege: .root, password: "own"),
            Case(method: .sudo, privilege: .user(other), password: "own"),
            Case(method: .sudo, privilege: .root, password: "wrong", message: "sudo refused the password"),
            Case(method: .su, privilege: .root, password: "roots"),
            Case(method: .su, privilege: .user(other), password: "others"),
            Case(method: .su, privilege: .root, password: "wrong", message: "su: Authentication failure"),
            Case(method: .su, privilege: .root, message: "su asks for a password to become root"),
            Case(method: .doas, privilege: .root, password: "own"),
            Case(method: .doas, privilege: .root, password: "wrong", message: "doas: Authentication failed"),
            Case(method: .doas, privilege: .root, message: "nopass in the host's doas.conf"),
            // Needs none, so that the one that is given must not become input of the shell.
            Case(method: .doas, privilege: .user(other), password: "own"),
            Case(method: .doas, privilege: .user(other)),
        ]

        @Test("a task runs as the other user between two that do not, or says why not")
        func become() async throws {
            try await Self.node.root(
                """
                command -v doas >/dev/null || {
                  apt-get update -q
                  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends opendoas
                } >/dev/null
                """,
                deadline: .seconds(200)
            )
            let (user, other) = (Self.user, Self.other)
            try await Self.node.whileBroken(
                by: """
                    useradd -m -s /bin/bash \(user); useradd -m \(other)
                    printf '\(user):own\\n\(other):others\\nroot:roots\\n' | chpasswd
                    install -d -m 700 -o \(user) /home/\(user)/.ssh
                    install -m 600 -o \(user) ~ubuntu/.ssh/authorized_keys /home/\(user)/.ssh
                    echo 'printf "Loading:" >&2' >/home/\(user)/.bashrc
                    echo '\(user) ALL=(ALL) ALL' >/etc/sudoers.d/\(user)
                    printf 'permit \(user) as root\\npermit nopass \(user) as \(other)\\n' >/etc/doas.conf
                    """,
                mendedBy: """
                    loginctl terminate-user \(user) 2>/dev/null || :
                    passwd -q -l root; rm -f /etc/doas.conf /etc/sudoers.d/\(user)
                    for name in \(user) \(other); do
                      ! id $name >/dev/null 2>&1 || userdel -rf $name 2>/dev/null
                    done
                    """
            ) { _ in
                for item in Self.cases { try await check(item) }
            }
        }

        private func check(_ item: Case) async throws {
            var lines = ["ansible_become_method=\(item.method.rawValue)"]
            if let password = item.password { lines.append("ansible_become_password=\(password)") }
            let hosts = try LabHosts(user: Self.user, variables: lines)
            let name = item.privilege == .root ? "root" : Self.other
            let path =
                "/home/\(Self.other)/\(name)-by-\(item.method.rawValue)"
            let outcome = try await hosts.start(on: Self.node.address, as: .login) {
                TestStep(name: "who before", script: "test \"$(id -un)\" = \(Self.user)")
                File(path, contents: "of \(name)\n", mode: 0o600).become(item.privilege)
                TestStep(
                    name: "who",
                    script: "test \"$(id -un)\" = \(name) && ! test -t 0",
                    isJob: true
                ).become(item.privilege)
                TestStep(name: "who after", script: "test \"$(id -un)\" = \(Self.user)")
            }.end()
            let text = "\(item.testDescription): \(outcome.transcript)"
            if let message = item.message {
                #expect(outcome.recap.exitStatus != 0 && outcome.trouble.contains(message), "\(text)")
            } else {
                #expect(outcome.trouble == "", "\(text)")
                let owner = try await Self.node.root("stat -c '%U %a' \(path)")
                #expect(owner == "\(name) 600", "\(text)")
            }
        }
    }
}
