import Apus
import Foundation
import Provisioning
import Testing

extension LabSuite {
    /// Connections that are cut, hosts that go away, and sshds that say nothing.
    @Suite struct Connections {
        /// Ways to cut the connection of a run, from outside of it.
        enum Cut: String, CaseIterable, Sendable {
            /// The kernel says that it has ended.
            case sessionKilled
            /// Nobody says anything: the silence has to be noticed.
            case packetsDropped
            /// The kernel still takes every packet.
            case sessionStopped

            /// For `$sshd`, the session's, and `$port`, of the controller's end.
            var script: String {
                switch self {
                case .sessionKilled: "kill -KILL $sshd"
                case .packetsDropped: "iptables -I INPUT -p tcp --sport $port -j DROP"
                case .sessionStopped: "kill -STOP $sshd; echo $sshd >/run/apus-stopped"
                }
            }

            static let mending = """
                iptables-save | sed -n '/--sport .* -j DROP/s/^-A/-D/p' | while read -r rule; do iptables $rule; done
                [ ! -e /run/apus-stopped ] || kill -KILL $(cat /run/apus-stopped)
                rm -f /run/apus-stopped
                """
        }

        /// A package of the node's own, whose installation leaves a mark, and goes on only when it may.
        private static let slowPackage = """
            export DEBIAN_FRONTEND=noninteractive
            mkdir -p /var/tmp/apus-slow/tree/DEBIAN
            cd /var/tmp/apus-slow
            cat >tree/DEBIAN/control <<'END'
            Package: apus-slow
            Version: 1
            Architecture: all
            Maintainer: nobody
            Description: takes its time
            END
            cat >tree/DEBIAN/postinst <<'END'
            #!/bin/sh
            echo x >>/var/tmp/apus-slow/begun
            echo 'apus-slow has begun'
            until [ -e /var/tmp/apus-slow/go ]; do sleep 0.1; done
            echo x >>/var/tmp/apus-slow/done
            echo 'apus-slow says its last word' >&2
            exit "$(cat /var/tmp/apus-slow/go)"
            END
            chmod 755 tree/DEBIAN/postinst
            dpkg-deb --build tree apus-slow.deb >/dev/null
            {
              cat tree/DEBIAN/control
              printf 'Filename: ./apus-slow.deb\\nSize: %s\\n' "$(stat -c %s apus-slow.deb)"
              printf 'SHA256: %s\\n' "$(sha256sum apus-slow.deb | cut -d ' ' -f 1)"
            } >Packages
            echo 'deb [trusted=yes] file:/var/tmp/apus-slow ./' >/etc/apt/sources.list.d/apus-slow.list
            apt-get update -q -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/apus-slow.list \\
              -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0 >/dev/null
            """

        private static let noSlowPackage = """
            touch /var/tmp/apus-slow/go
            dpkg --purge --force-all apus-slow >/dev/null 2>&1
            rm -rf /var/tmp/apus-slow /etc/apt/sources.list.d/apus-slow.list /var/lib/apt/lists/*apus-slow*
            """

        /// Sets `$shell`, the process that holds the host's lock, and `$sshd`, the process of its session.
        static let findSession = """
            shell=$(pgrep -of '^sh -s apus-lock:')
            sshd=$shell
            until [ "$(cat /proc/$sshd/comm)" = sshd ]; do sshd=$(awk '$1 == "PPid:" { print $2 }' /proc/$sshd/status); done
            """

        @Test(
            "a connection cut in a package installation or a pull: it goes on, is adopted, ran once, and is told to its end"
        )
        func cutInAJob() async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (cut, node) in zip(Cut.allCases, Node.servers) {
                    group.addTask { try await Self.cut(cut, on: node) }
                }
                group.addTask { try await Self.cutInAPull(on: .pi1) }
                group.addTask { try await Self.powerOff(.pi2) }
                try await group.waitForAll()
            }
        }

        /// Take a host for lost after 9 to 12 s of silence, not after 45 to 60.
        private static func impatient() throws -> LabHosts {
            try LabHosts(variables: ["ansible_ssh_common_args=-o ServerAliveInterval=3"])
        }

        private static func cut(_ cut: Cut, on node: Node) async throws {
            try await node.whileBroken(by: slowPackage, mendedBy: "\(Cut.mending)\n\(noSlowPackage)") { _ in
                // With an end of each kind.
                let status = cut == .packetsDropped ? 0 : 1
                let run = try impatient().start(on: node.address) { Package("apus-slow") }
                try await run.hears("apus-slow has begun")
                try await node.root(
                    """
                    \(findSession)
                    port=$(ss -tnpH state established sport = :ssh | sed -n "s/.*:\\([0-9]*\\) *users:.*pid=$sshd,.*/\\1/p")
                    \(cut.script)
                    """
                )
                try await run.hears("the connection was lost; the job goes on")
                try await run.hears("adopted the job again")
                try await node.root("echo \(status) >/var/tmp/apus-slow/go")
                let outcome = try await run.end()

                if status == 0 {
                    #expect(outcome.trouble == "", "\(cut)")
                    #expect(outcome.recap.hosts.first?.line.changed == 1, "\(cut)")
                } else {
                    for words in ["apus-slow says its last word", "returned error exit status 1"] {
                        #expect(outcome.trouble.contains(words), "\(cut): \(outcome.trouble)")
                    }
                }
                for mark in ["begun", "done"] {
                    #expect(try await node.root("cat /var/tmp/apus-slow/\(mark)") == "x", "\(cut)")
                }
                #expect(try await node.root("ls -A /var/lib/apus/jobs") == "", "\(cut)")
            }
        }

        private static func cutInAPull(on node: Node) async throws {
            let hosts = try LabHosts()
            try await hosts.needDocker(on: node.address)
            try await node.whileBroken(
                by: SlowRegistry.start,
                mendedBy: """
                    \(SlowRegistry.end)
                    { docker rm slow; docker image rm \(SlowRegistry.image); } >/dev/null 2>&1 || :
                    """
            ) { _ in
                let run = hosts.start(on: node.address) {
                    DockerContainer("slow", image: SlowRegistry.image, state: .stopped, command: ["none"])
                }
                try await run.hears("Pulling fs layer")
                try await node.root("\(SlowRegistry.wait)\n\(findSession)\nkill -KILL $sshd")
                try await run.hears("the connection was lost; the job goes on")
                try await run.hears("adopted the job again")
                try await node.root(SlowRegistry.goOn)
                let outcome = try await run.end()
                #expect(outcome.notable == ["DockerContainer[slow]": .changed], "\(outcome.transcript)")
                #expect(try await node.root(SlowRegistry.asked) == "x")
                #expect(try await node.root("ls -A /var/lib/apus/jobs") == "")
            }
        }

        /// A plain step has nobody who would adopt it.
        private static func powerOff(_ node: Node) async throws {
            let run = try impatient().start(on: node.address) {
                Command.shell("echo begun; sleep 300; echo never")
            }
            try await run.hears("begun")
            try await Lab.perform("power-off", node.rawValue)
            let outcome = try await run.end()
            try await Lab.perform("power-on", node.rawValue)
            #expect(outcome.recap.exitStatus == 4)
            #expect(outcome.trouble.contains("nothing from the host for "), "\(outcome.trouble)")
        }

        @Test("a restart of the host ends its job, and the run says so; a step without a job is unreachable")
        func restartInAStep() async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (isJob, node) in [(true, Node.pi4), (false, .pi5)] {
                    group.addTask {
                        let run = try LabHosts().start(on: node.address) {
                            TestStep(name: "wait", script: "echo begun; sleep 300", isJob: isJob)
                        }
                        try await run.hears("begun")
                        try await node.root("systemctl reboot --no-block")
                        let outcome = try await run.end()
                        try await Lab.perform("up")
                        #expect(outcome.recap.exitStatus == (isJob ? 2 : 4))
                        let words = isJob ? "the host restarted?" : "lost"
                        #expect(outcome.trouble.contains(words), "\(outcome.trouble)")
                    }
                }
                try await group.waitForAll()
            }
        }

        @Test("a host that comes back with another key is refused, and its job is left for the next run")
        func otherKeyAfterACut() async throws {
            let node = Node.pi3
            let hosts = try LabHosts()
            // What mends it stands in the job: nobody gets in while the key is another.
            let script = """
                cd /etc/ssh; mkdir /run/apus-keys
                mv ssh_host_*_key* /run/apus-keys; ssh-keygen -qA; systemctl restart ssh; sleep 0.2
                \(Self.findSession)
                kill -KILL $sshd
                sleep 4; rm ssh_host_*; mv /run/apus-keys/* .; rmdir /run/apus-keys; systemctl restart ssh
                """
            let refused = try await hosts.run(on: node.address) {
                TestStep(name: "forge", script: script, isJob: true)
            }
            #expect(refused.recap.exitStatus == 4)
            for words in ["host key changed", "\(Lab.state)/known_hosts:"] {
                #expect(refused.trouble.lowercased().contains(words), "\(refused.transcript)")
            }
            var next = try await hosts.run(on: node.address) { Directory("/run") }
            for _ in 0..<50 where next.recap.exitStatus == 4 {
                try await Task.sleep(for: .milliseconds(200))
                next = try await hosts.run(on: node.address) { Directory("/run") }
            }
            #expect(next.trouble == "")
            #expect(
                next.notices.contains { $0.contains("a job of an earlier run, «forge»") },
                "\(next.notices)"
            )
            #expect(try await node.root("ls -A /var/lib/apus/jobs") == "")
        }

        @Test("an sshd that takes connections and says nothing is given up at the deadline of connecting")
        func silentServer() async throws {
            let node = Node.pi4
            async let silence = node.root(
                "daemon=$(systemctl show -P MainPID ssh); kill -STOP $daemon; sleep 5; kill -CONT $daemon"
            )
            // Nothing tells from outside when it has stopped: until then, it answers.
            var ping = try await self.ping(node)
            for _ in 0..<20 where ping.status == 0 { ping = try await self.ping(node) }
            _ = try await silence
            #expect(ping.status == 4)
            #expect(ping.output.contains("handshake"), "\(ping.output)")
            #expect(ping.output.contains("within 1 s"), "\(ping.output)")
        }

        private func ping(_ node: Node) async throws -> Program.Ended {
            try await Lab.apus("ping", "-i", Lab.inventoryPath, "--connect-timeout", "1", node.address)
        }
    }
}
