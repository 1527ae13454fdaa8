import Apus
import Foundation
import Provisioning
import Testing

extension LabSuite {
    /// Runs that are stopped, and runs that want the same host.
    @Suite struct Interruptions {
        static let folder = "/var/tmp/apus-interruption"
        static let removal = "rm -rf \(folder)"

        @Test("asked to stop, a run finishes the step that runs, starts nothing new, and counts what is left")
        func askedToStop() async throws {
            let node = Node.pi3
            try await node.whileBroken(by: "mkdir -p \(Self.folder)", mendedBy: Self.removal) { _ in
                let interruption = Interruption()
                let run = try LabHosts().start(on: node.address, interruption: interruption) {
                    TestStep(name: "first", script: "echo begun; sleep 1; echo x >\(Self.folder)/first")
                    TestStep(name: "second", script: "echo x >\(Self.folder)/second")
                }
                try await run.hears("begun")
                interruption.request()
                let outcome = try await run.end()
                #expect(outcome.recap.exitStatus == 130)
                #expect(outcome.recap.hosts.first?.line.changed == 1)
                #expect(outcome.recap.hosts.first?.line.notDone == 1)
                #expect(try await node.root("ls \(Self.folder)") == "first")
            }
        }

        @Test(
            "cancelled, a run ends steps, jobs and uploads on the hosts; nothing is left, and the lock is free"
        )
        func cancelled() async throws {
            let local = try ScratchFolder()
            let large = local.path("large")
            _ = try await Program(["truncate", "-s", "2G", large]).run(deadline: .seconds(10)).succeeded()
            let script = "echo begun; sleep 4567 & sleep 4567"
            let tasks: [(Node, String, Play.Task)] = [
                (.pi3, "begun", Play.Task(TestStep(name: "step", script: script))),
                (.pi4, "begun", Play.Task(TestStep(name: "job", script: script, isJob: true))),
                (.pi5, "of 2048 MiB", Play.Task(File("\(Self.folder)/large", source: large))),
            ]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (node, words, task) in tasks {
                    group.addTask {
                        try await node.whileBroken(by: "mkdir -p \(Self.folder)", mendedBy: Self.removal) {
                            _ in
                            try await Self.cancel(task, on: node, after: words)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }

        private static func cancel(_ task: Play.Task, on node: Node, after words: String) async throws {
            let hosts = try LabHosts()
            let run = hosts.start(on: node.address) { task }
            try await run.hears(words)
            run.cancel()
            let outcome = try await run.end()
            #expect(outcome.recap.wasStopped)
            #expect(try await node.sleepers == "")
            #expect(
                try await node.root("ls -A \(folder) /var/lib/apus/jobs 2>/dev/null | grep -v : || :") == ""
            )
            let next = try await hosts.start(on: node.address, lockTimeout: .zero) { Directory(folder) }.end()
            #expect(next.trouble == "")
        }

        @Test("Ctrl-C ends the commands of exec on all hosts, with what they started")
        func interruptedExec() async throws {
            let exec = ["exec", "-i", Lab.inventoryPath, "all", "--", "sh", "-c", "sleep 4567 & sleep 4567"]
            let interrupting = ["timeout", "--foreground", "--preserve-status", "-s", "INT", "3"]
            let run = try await Program(interrupting + [Lab.apus] + exec).run(deadline: .seconds(60))
            #expect(run.status == 130, "\(run.output)\(run.errors)")
            #expect(run.output.ranges(of: "  stopped\n").count == Node.allCases.count, "\(run.output)")
            let sleepers = try await onEach { try await $0.sleepers }
            #expect(sleepers.values.allSatisfy { $0 == "" }, "\(sleepers)")
        }

        struct LockPlace: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let breaking: String
            let mending: String
            /// Whether a second run is kept away.
            var holds = true
        }

        static let lockPlaces = [
            LockPlace(testDescription: "as usual", breaking: ":", mending: ":"),
            LockPlace(
                testDescription: "/run/lock is not for everybody",
                breaking: "mount -t tmpfs -o mode=755 tmpfs /run/lock",
                mending: "! mountpoint -q /run/lock || umount -l /run/lock; rm -f /tmp/apus.lock"
            ),
            LockPlace(
                testDescription: "there is no flock(1)",
                breaking: "mv /usr/bin/flock /usr/bin/flock.hidden",
                mending: "[ ! -e /usr/bin/flock.hidden ] || mv /usr/bin/flock.hidden /usr/bin/flock"
            ),
            LockPlace(
                testDescription: "nothing can be written there",
                breaking: "mount -t tmpfs -o ro,mode=1777 tmpfs /run/lock",
                mending: "! mountpoint -q /run/lock || umount -l /run/lock",
                holds: false
            ),
        ]

        @Test(
            "of two runs on a host the second waits or fails, and says who has it since when",
            arguments: lockPlaces
        )
        func twoRuns(_ place: LockPlace) async throws {
            let node = Node.pi5
            let hosts = try LabHosts()
            try await node.whileBroken(
                by: "mkdir -p \(Self.folder)\n\(place.breaking)",
                mendedBy: "\(place.mending)\n\(Self.removal)"
            ) { _ in
                let first = hosts.start(on: node.address) {
                    TestStep(
                        name: "hold",
                        script: "echo begun; until [ -e \(Self.folder)/go ]; do sleep 0.1; done"
                    )
                }
                try await first.hears("begun")
                let impatient = try await hosts.start(on: node.address, lockTimeout: .seconds(1)) {
                    Directory("/run")
                }.end()
                let words = "is in the hands of a test of the lab since just now"
                if place.holds {
                    #expect(impatient.recap.exitStatus == 2)
                    #expect(
                        impatient.trouble.contains("\(words), still after 1 s"),
                        "\(impatient.transcript)"
                    )
                    let patient = hosts.start(on: node.address) { Directory("/run") }
                    try await patient.hears(words)
                    try await node.root("touch \(Self.folder)/go")
                    #expect(try await patient.end().trouble == "")
                } else {
                    #expect(impatient.trouble == "")
                    #expect(impatient.notices.contains { $0.contains("takes no lock") })
                    try await node.root("touch \(Self.folder)/go")
                }
                #expect(try await first.end().trouble == "")
            }
        }
    }
}
