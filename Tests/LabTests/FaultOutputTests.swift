import Apus
import Foundation
import Provisioning
import Testing

extension LabSuite {
    /// Commands that write too much, the wrong bytes, or nothing any more.
    @Suite struct Outputs {
        static let node = Node.pi4

        @Test("50 MB of output neither hang a run nor fill the controller's memory")
        func much() async throws {
            let (run, growth) = try await Memory.growth {
                try await LabHosts().run(on: Self.node.address) {
                    Command.shell(
                        "head -c 37500000 /dev/urandom | base64 >&2; echo the last word >&2; exit 3"
                    )
                }
            }
            #expect(run.trouble.hasSuffix("the last word"), "\(run.trouble)")
            #expect(run.trouble.contains("status 3"))
            #expect(growth < 25 << 20, "\(growth >> 20) MiB")
        }

        @Test("exec hands on 50 MB of any bytes as they are, in bounded memory")
        func muchOfExec() async throws {
            let command = "head -c 50000000 /dev/urandom; echo; echo the end"
            let exec = [
                Lab.apus, "exec", "-i", Lab.inventoryPath, Self.node.address, "--", "sh", "-c", command,
            ]
            let run = try await Program(["sh", "-c", "\"$@\" | tail -c 20", "sh"] + exec).run(
                deadline: .seconds(100)
            )
            #expect(run.output.hasSuffix("\n  the end\n"), "\(run.output)\(run.errors)")
            // What is kept, twice while it grows, and the program itself.
            #expect(run.peakMemory < 250 << 20, "\(run.peakMemory >> 20) MiB")
        }

        @Test("any bytes pass, and none of them reach the terminal from a message")
        func binary() async throws {
            let bytes = #"printf '\000\001\033[31m\377\376\015x\nlast \007 \000word\n'"#
            let run = try await LabHosts().run(on: Self.node.address) {
                Command.shell("\(bytes); \(bytes) >&2; exit 9")
            }
            let expected = "status 9: [31m\u{FFFD}\u{FFFD}\nx\nlast  word"
            #expect(run.trouble.hasSuffix(expected), "\(run.trouble.debugDescription)")
        }

        struct Hanging: Sendable {
            let node: Node
            let privilege: Privilege
            let isJob: Bool
        }

        @Test(
            "a command that hangs is ended with its children, and its message says what it was and said last"
        )
        func hanging() async throws {
            let cases = [
                Hanging(node: .pi3, privilege: .root, isJob: false),
                Hanging(node: .pi4, privilege: .login, isJob: false),
                Hanging(node: .pi5, privilege: .root, isJob: true),
            ]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for one in cases {
                    group.addTask {
                        let run = try await LabHosts().start(on: one.node.address, as: one.privilege) {
                            TestStep(
                                name: "think",
                                script:
                                    "sleep 4567 & echo 'still thinking'; (trap '' TERM; sleep 4567; sleep 4567)",
                                deadline: .seconds(1),
                                isJob: one.isJob
                            )
                        }.end()
                        let words =
                            "think: did not end within 1 s and was ended; it last said: still thinking"
                        #expect(run.trouble == words, "\(one)")
                        #expect(try await one.node.sleepers == "", "\(one)")
                    }
                }
                try await group.waitForAll()
            }
        }

        @Test("a package task waits for another package manager, says for whom, and has a deadline")
        func packageLocks() async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await packageLock("dpkg/lock-frontend", on: .pi3) }
                group.addTask { try await packageLock("dpkg/lock", on: .pi4) }
                group.addTask { try await packageLock("apt/lists/lock", on: .pi5) }
                try await group.waitForAll()
            }
        }

        private func packageLock(_ lock: String, on node: Node) async throws {
            // fcntl(2) locks, as apt and unattended-upgrades take them.
            let holding = """
                use Fcntl; open F, ">>", "/var/lib/\(lock)"; \
                my $lock = pack("s s l! l! i", F_WRLCK, 0, 0, 0, 0); \
                fcntl(F, F_SETLK, $lock) or die; $| = 1; print "held\\n"; sleep 300
                """
            // Lists that are old enough to be fetched anew, where it is about their lock.
            let validity: Duration? = lock.hasPrefix("apt") ? .seconds(600) : nil
            try await node.whileBroken(
                by: """
                    touch -d '1 hour ago' /var/lib/apt/lists
                    systemd-run -q --unit=apus-holder -p StandardOutput=file:/run/apus-held perl -e '\(holding)'
                    until grep -q held /run/apus-held; do sleep 0.05; done
                    pgrep -x perl
                    """,
                mendedBy: """
                    systemctl stop apus-holder 2>/dev/null || :
                    rm -f /run/apus-held; apt-get purge -qy tree >/dev/null
                    """
            ) { process in
                let holder = "It is held by process \(process) (perl)"
                let hosts = try LabHosts()
                // apt itself waits for dpkg's; in between its tries for the others it has more to say.
                if lock.hasPrefix("dpkg") {
                    let impatient = try await hosts.run(on: node.address) {
                        Package("tree", deadline: .seconds(2))
                    }
                    for words in ["did not end within 2 s and was ended; it last said: ", holder] {
                        #expect(impatient.trouble.contains(words), "\(lock): \(impatient.trouble)")
                    }
                }
                let patient = hosts.start(on: node.address) { Package("tree", listsValidity: validity) }
                try await patient.hears(holder)
                try await node.root("systemctl stop apus-holder")
                #expect(try await patient.end().trouble == "")
            }
        }
    }
}

/// Of this process, as Linux counts it: proc(5).
private enum Memory {
    /// How much more than before it had at most while `work` ran, in bytes.
    static func growth<Value>(during work: () async throws -> Value) async throws -> (Value, Int) {
        // Makes what it has now its peak.
        try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
        let before = try peak()
        let value = try await work()
        return (value, try peak() - before)
    }

    private static func peak() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let match = try #require(status.firstMatch(of: /VmHWM:\s*([0-9]+) kB/))
        return try #require(Int(match.1)) << 10
    }
}

extension Node {
    /// What is left of the commands of these tests that sleep.
    var sleepers: String {
        get async throws { try await root("pgrep -ax sleep | grep 4567 || :") }
    }
}
