import Apus
import Testing

extension LabSuite {
    /// Each resource of the system on a node: applied, applied again, altered by hand, repaired.
    @Suite("Resources of the system converge", .serialized) struct SystemConvergence {
        private static let node = "10.42.0.175"
        private let lab: LabHosts

        init() throws { lab = try LabHosts() }

        struct Case: Sendable, CustomTestStringConvertible {
            let name: String
            /// Brings the node back to where it was before.
            let cleanup: String
            let tasks: @Sendable () -> [Play.Task]
            /// What somebody does by hand, and which tasks (by number) then change.
            let alterations: [(script: String, repairs: Set<Int>)]

            var testDescription: String { name }

            init(
                _ name: String,
                cleanup: String,
                alterations: [(String, Set<Int>)],
                @TaskBuilder tasks: @escaping @Sendable () -> [Play.Task]
            ) {
                self.name = name
                self.cleanup = cleanup
                self.tasks = tasks
                self.alterations = alterations.map { (script: $0.0, repairs: $0.1) }
            }
        }

        private static let key =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPRiLTNFeHfL7dXsBCzyqHM5AdrZfJzWtvsh8Fjd1yIE a@b"
        private static let unit = """
            [Unit]
            Description=Sleeps, for a test
            [Service]
            ExecStart=/bin/sleep infinity
            [Install]
            WantedBy=multi-user.target

            """

        static let cases = [
            Case(
                "Package",
                cleanup: "DEBIAN_FRONTEND=noninteractive apt-get purge -qy tree",
                alterations: [
                    ("apt-get remove -qy tree", [0]), ("dpkg --purge tree", [0]),
                    ("apt-get remove -qy tree; rm -rf /var/lib/apt/lists/*", [0]),
                ]
            ) { Package("tree") },
            Case(
                "SystemdUnit and Service",
                cleanup: """
                    systemctl disable --now apus-test.service 2>/dev/null
                    rm -f /etc/systemd/system/apus-test.service; systemctl daemon-reload
                    """,
                alterations: [
                    ("systemctl stop apus-test", [1]), ("systemctl kill -s KILL apus-test; sleep 0.3", [1]),
                    ("systemctl disable apus-test", [1]), ("systemctl disable --now apus-test", [1]),
                    ("echo '# by hand' >>/etc/systemd/system/apus-test.service", [0]),
                    (
                        "echo '# by hand' >>/etc/systemd/system/apus-test.service; systemctl daemon-reload",
                        [0]
                    ),
                    ("touch -d '+1 min' /etc/systemd/system/apus-test.service", [0]),
                    ("chmod 600 /etc/systemd/system/apus-test.service", [0]),
                ]
            ) {
                SystemdUnit("apus-test.service", contents: unit)
                Service("apus-test.service")
            },
            Case(
                "Sysctl",
                cleanup: """
                    rm -f /etc/sysctl.d/99-zz-apus-*
                    echo 0 >/proc/sys/net/ipv4/conf/all/log_martians
                    echo 4096 131072 6291456 >/proc/sys/net/ipv4/tcp_rmem
                    """,
                alterations: [
                    ("echo 0 >/proc/sys/net/ipv4/conf/all/log_martians", [0]),
                    ("rm /etc/sysctl.d/99-zz-apus-net.ipv4.conf.all.log_martians.conf", [0]),
                    ("sed -i s/1$/0/ /etc/sysctl.d/99-zz-apus-net.ipv4.conf.all.log_martians.conf", [0]),
                    ("echo 4096 131072 6291456 >/proc/sys/net/ipv4/tcp_rmem", [1]),
                ]
            ) {
                Sysctl("net.ipv4.conf.all.log_martians", 1)
                Sysctl("net.ipv4.tcp_rmem", "4096 131072 6291000")
            },
            Case(
                "IPTablesRule",
                cleanup: """
                    while iptables -D INPUT -d 224.0.0.0/8 -i eth0 -p vrrp -j ACCEPT; do :; done 2>/dev/null
                    while iptables -D INPUT -p tcp --dport 99 -m comment --comment "it's" -j DROP; do :; done 2>/dev/null
                    systemctl disable apus-iptables.service 2>/dev/null
                    rm -rf /etc/apus /etc/systemd/system/apus-iptables.service; systemctl daemon-reload
                    """,
                alterations: [
                    ("iptables -D INPUT -d 224.0.0.0/8 -i eth0 -p vrrp -j ACCEPT", [0]),
                    ("sed -i /comment/d /etc/apus/iptables.rules", [1]),
                    ("rm /etc/apus/iptables.rules", [0, 1]), ("iptables -F INPUT", [0, 1]),
                    // Both rules stand on the loader and its unit; whoever comes first repairs them.
                    ("rm /etc/apus/iptables-load", [0]), ("systemctl disable apus-iptables", [0]),
                ]
            ) {
                IPTablesRule(
                    chain: "INPUT",
                    protocol: "vrrp",
                    interface: "eth0",
                    destination: "224.0.0.0/8",
                    jump: "ACCEPT"
                )
                IPTablesRule(
                    chain: "INPUT",
                    protocol: "tcp",
                    destinationPort: 99,
                    matches: ["-m", "comment", "--comment", "it's"],
                    jump: "DROP",
                    position: .insert
                )
            },
            Case(
                "User",
                cleanup: "userdel -rf deploy 2>/dev/null",
                alterations: [
                    ("usermod -s /bin/sh deploy", [0]), ("gpasswd -d deploy sudo", [0]),
                    ("usermod -aG staff deploy; echo '# mine' >>~deploy/.ssh/authorized_keys", []),
                    ("echo >~deploy/.ssh/authorized_keys", [0]), ("rm -r ~deploy/.ssh", [0]),
                    ("chmod 644 ~deploy/.ssh/authorized_keys", [0]), ("chmod 755 ~deploy/.ssh", [0]),
                    ("chown root ~deploy/.ssh/authorized_keys", [0]), ("chown -R root ~deploy/.ssh", [0]),
                    ("usermod -p '*' deploy", [0]),
                ]
            ) {
                User(
                    "deploy",
                    groups: ["sudo"],
                    shell: "/bin/bash",
                    passwordHash: "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7",
                    authorizedKeys: [key]
                )
            },
            Case(
                "Line",
                cleanup:
                    "rm -f /root/apus-line*; printf 'one\\n#key = 0\\n' >/root/apus-line; chmod 640 /root/apus-line",
                alterations: [
                    ("sed -i s/5/6/ /root/apus-line", [0]), ("echo 'key = 7' >>/root/apus-line", [0]),
                    ("sed -i /last/d /root/apus-line", [1]), ("rm /root/apus-line-new", [2]),
                ]
            ) {
                Line("/root/apus-line", "key = 5", matching: .regex("^#?key ="))
                Line("/root/apus-line", "the last $one")
                Line("/root/apus-line-new", "new", create: true)
            },
            Case(
                "File, Template and FileTree",
                cleanup: """
                    rm -rf /root/apus-files; mkdir -p /root/apus-files/real
                    cd /root/apus-files; ln -s real/followed followed; ln -s real/other replaced; touch real/other
                    """,
                alterations: [
                    ("echo '# mine' >>/root/apus-files/checked", [0]),
                    ("chmod 600 /root/apus-files/checked", [0]),
                    ("chown 1 /root/apus-files/checked", [0]), ("rm /root/apus-files/checked", [0]),
                    ("rm /root/apus-files/real/followed", [1]),
                    ("chgrp 5 /root/apus-files/real/followed", []),
                    ("cd /root/apus-files; mv replaced real/other; ln -s real/other replaced", [2]),
                    ("sed -i s/Ada/Bob/ /root/apus-files/rendered", [3]),
                    ("rm /root/apus-files/tree/style.css", [4]),
                    ("chmod 600 /root/apus-files/tree/style.css", [4]),
                ]
            ) {
                File("/root/apus-files/checked", contents: "key = 5\n", mode: 0o640, owner: "root")
                    .validated(by: ["grep", "-q", "^key", .candidate]).keepingBackups(2)
                File("/root/apus-files/followed", contents: "followed\n")
                File("/root/apus-files/replaced", contents: "replaced\n").replacingSymbolicLink()
                Template("/root/apus-files/rendered", text: "{{ name }}\n", context: ["name": "Ada"])
                FileTree(
                    "/root/apus-files/tree",
                    source: Lab.root + "/roles/docker_server/pages",
                    fileMode: 0o644
                )
            },
            Case(
                "Command",
                cleanup: "rm -f /root/apus-made",
                alterations: [("rm /root/apus-made", [0])]
            ) { Command(["touch", "apus-made"], creates: "/root/apus-made", directory: "/root") },
        ]

        @Test(
            "first run changes, second does not; what is altered by hand is repaired, and only that",
            arguments: cases
        )
        func convergence(of it: Case) async throws {
            try await lab.shell(it.cleanup + "\n:", on: Self.node, deadline: .seconds(120))
            let all = Set(it.tasks().map(\.heading))
            let predicted = try await lab.run(on: Self.node, check: true) { it.tasks() }
            for (heading, outcome) in predicted.notable {
                if case .failed(let why) = outcome { Issue.record("\(heading): \(why)") }
            }
            #expect(Set(predicted.notable.keys) == all)
            try await expect(it, changed: all, after: "nothing was there")
            try await expect(it, changed: [], after: "it was applied")
            for (script, repairs) in it.alterations {
                try await lab.shell(script, on: Self.node)
                let titles = it.tasks().map(\.heading)
                try await expect(it, changed: Set(repairs.map { titles[$0] }), after: script)
                try await expect(it, changed: [], after: "repair of: \(script)")
            }
            try await lab.shell(it.cleanup + "\n:", on: Self.node, deadline: .seconds(120))
        }

        private func expect(_ it: Case, changed: Set<String>, after event: String) async throws {
            let outcome = try await lab.run(on: Self.node) { it.tasks() }
            #expect(
                outcome.notable == Dictionary(uniqueKeysWithValues: changed.map { ($0, .changed) }),
                "after: \(event)"
            )
        }
    }
}
