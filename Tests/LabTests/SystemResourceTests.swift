import Apus
import Roles
import Testing

extension LabSuite {
    /// What resources of the system refuse, and what they do beside converging.
    @Suite("System resources", .serialized) struct SystemResources {
        private static let node = "10.42.0.175"
        private static let other = "10.42.0.135"
        private let lab: LabHosts

        init() throws { lab = try LabHosts() }

        private static let key =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPRiLTNFeHfL7dXsBCzyqHM5AdrZfJzWtvsh8Fjd1yIE a@b"

        @Test func aServiceThatEndsAtOnceFailsAndItsJournalSaysWhy() async throws {
            let cleanup =
                "rm -f /etc/systemd/system/apus-bad.service; systemctl daemon-reload; systemctl reset-failed"
            for (restart, text) in [("no", "was started, and is failed"), ("always", "apus-bad.service ")] {
                let outcome = try await lab.run(on: Self.node) {
                    SystemdUnit(
                        "apus-bad",
                        contents: """
                            [Service]
                            ExecStart=/bin/sh -c 'echo the disk is gone; exit 3'
                            Restart=\(restart)

                            """
                    )
                    Service("apus-bad", enabled: nil)
                }
                guard case .failed(let why) = outcome.notable["Service[apus-bad.service]"] else {
                    Issue.record("did not fail: \(outcome.notable)")
                    return
                }
                #expect(why.contains(text) && why.contains("the disk is gone"))
                try await lab.shell("systemctl stop apus-bad; " + cleanup, on: Self.node)
            }
        }

        @Test func whatIsNotThereYetIsUnknownAndWhy() async throws {
            let outcome = try await lab.run(on: Self.node, check: true) {
                Service("nosuch.service")
                IPTablesRule(chain: "INPUT", protocol: "nosuch", jump: "ACCEPT")
                User("deploy", groups: ["nosuch"])
                Line("/nosuch", "x")
                Sysctl("net.no.such", 1)
            }
            #expect(outcome.recap.hosts[0].line.unknown == 5)
            let why = "\(outcome.notable.values)"
            for part in [
                "unit nosuch.service is not", "does not take the rule", "group nosuch is not",
                "/nosuch is not",
            ] {
                #expect(why.contains(part))
            }
        }

        @Test func nobodyTricksRootIntoWritingElsewhere() async throws {
            try await lab.shell(
                "userdel -rf eve 2>/dev/null; useradd -m eve; ln -s /root/.ssh ~eve/.ssh",
                on: Self.node
            )
            let outcome = try await lab.run(on: Self.node) { User("eve", authorizedKeys: [Self.key]) }
            guard case .failed(let why) = outcome.notable["User[eve]"] else {
                Issue.record("did not fail: \(outcome.notable)")
                return
            }
            #expect(why.contains("symbolic link"))
            try await lab.shell(
                "! grep -qs 'a@b' /root/.ssh/authorized_keys; userdel -rf eve 2>/dev/null || :",
                on: Self.node
            )
        }

        @Test func anUpgradeIsDoneOnceUntilTheListsAreStale() async throws {
            func run(check: Bool = false) async throws -> [String: TaskResult.Outcome] {
                try await lab.run(on: Self.node, check: check) { PackageUpgrade() }.notable
            }
            let id = "PackageUpgrade[upgrade]"
            _ = try await run()
            #expect(try await run() == [:])
            try await lab.shell("touch -d '3 days ago' /var/lib/apt/lists", on: Self.node)
            #expect(try await run(check: true) == [id: .changed])
            #expect(try await run(check: true) == [id: .changed])
            #expect(try await run() == [id: .changed])
            #expect(try await run() == [:])
        }

        @Test func theRolesConvergeAndTheFirewallOutlivesAReboot() async throws {
            @TaskBuilder @Sendable func tasks() -> [Play.Task] {
                Install()
                Firewall()
            }
            let first = try await lab.run(on: Self.other) { tasks() }
            #expect(first.recap.exitStatus == 0, "\(first.notable)")
            #expect(try await lab.run(on: Self.other) { tasks() }.notable == [:])
            try await lab.shell("touch /run/reboot-required", on: Self.other)
            let rebooted = try await lab.run(on: Self.other) { Reboot(onlyIfRequired: true) }
            #expect(rebooted.notable == ["Reboot[host]": .changed])
            #expect(try await lab.run(on: Self.other) { tasks() }.notable == [:])
            #expect(try await lab.run(on: Self.other) { Reboot(onlyIfRequired: true) }.notable == [:])
        }
    }
}
