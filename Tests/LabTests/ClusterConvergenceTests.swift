import Provisioning
import Testing

extension LabSuite {
    /// From fresh disks to the whole cluster, and then nothing more to do.
    @Suite struct Convergence {
        /// What all tests here look at; it happens once.
        private static let story = Task { try await Story.happen() }

        struct Story: Sendable {
            let fresh: [Node: Snapshot]
            let afterCheck: [Node: Snapshot]
            let check: LabRun
            let first: LabRun

            static func happen() async throws -> Story {
                try await Lab.perform("reset")
                // The first login of all leaves more traces than later ones; it is not the check's.
                _ = try await onEach { try await $0.root("true") }
                let fresh = try await Snapshot.takeOfAll()
                let check = try await LabRun.of("site", check: true)
                let afterCheck = try await Snapshot.takeOfAll()
                return Story(
                    fresh: fresh,
                    afterCheck: afterCheck,
                    check: check,
                    first: try await LabRun.of("site")
                )
            }
        }

        @Test("a check of a fresh lab changes nothing on any node", arguments: Node.allCases)
        func checkChangesNothing(on node: Node) async throws {
            let story = try await Self.story.value
            let before = try #require(story.fresh[node])
            let after = try #require(story.afterCheck[node])
            // A snapshot that shows nothing would prove nothing.
            #expect(before.lines.contains { $0.hasPrefix("file /etc/passwd ") })
            for kind in [
                "setting /proc/sys/net/ipv4/ip_forward:0", "package ", "unit file ", "unit ", "address ",
            ] {
                #expect(before.lines.contains { $0.hasPrefix(kind) }, "\(kind)")
            }
            #expect(after.changes(since: before) == [])
        }

        @Test("the first run changes all five nodes and succeeds")
        func firstRun() async throws {
            let story = try await Self.story.value
            #expect(story.first.isWell, "\(story.first.trouble)")
            #expect(
                Set(story.first.outcomes.filter { $0.outcome == .changed }.map(\.node)) == Set(Node.allCases)
            )
        }

        @Test(
            "the check predicted the first run: change, unchanged, or unknown and why",
            arguments: Node.allCases
        )
        func prediction(on node: Node) async throws {
            let story = try await Self.story.value
            let predicted = story.check.outcomes.filter { $0.node == node }
            let actual = story.first.outcomes.filter { $0.node == node }
            for prediction in predicted {
                let outcomes = actual.filter { $0.task == prediction.task }.map(\.outcome)
                switch prediction.outcome {
                case .ok: #expect(outcomes == [.ok], "\(prediction)")
                case .changed: #expect(outcomes == [.changed], "\(prediction)")
                case .unknown(let why):
                    #expect(!why.isEmpty, "\(prediction)")
                    // Or nothing, for a handler that turned out to have no work.
                    #expect(outcomes.allSatisfy { $0 == .ok || $0 == .changed }, "\(prediction): \(outcomes)")
                case .failed, .skipped: Issue.record("a check does not fail or skip: \(prediction)")
                }
            }
            #expect(predicted.contains { $0.outcome == .changed })
            let unforeseen = actual.filter { done in !predicted.contains { $0.task == done.task } }
            #expect(unforeseen.map(\.description) == [])
        }

        @Test(
            "a second run changes nothing, and its check predicts that",
            arguments: ["site", "install", "buildimages", "vrrp"]
        )
        func secondRun(of playbook: String) async throws {
            _ = try await Self.story.value
            for check in [true, false] {
                let run = try await LabRun.of(playbook, check: check)
                #expect(run.isWell, "\(run.trouble)")
                #expect(!run.outcomes.isEmpty)
                #expect(run.unsettled == [], "check: \(check)")
            }
        }

        /// What somebody did by hand on a node, and the tasks that undo it.
        struct Alteration: Sendable {
            let node: Node
            let script: String
            let tasks: [String]
        }

        /// One of each role that a converged cluster has.
        static let alterations = [
            Alteration(
                node: .pi3,
                script: "echo altered >> /srv/nginx/server1/index.html",
                tasks: ["docker_server : Write the page"]
            ),
            Alteration(
                node: .pi1,
                script: "docker rm -f haproxy",
                tasks: ["docker_balancer : Run haproxy container"]
            ),
            Alteration(
                node: .pi2,
                script: "chmod 644 /etc/apus-vrrpd/keepalived.conf",
                tasks: ["vrrp : Configure the VRRP agent", "Reload the VRRP agent"]
            ),
            Alteration(
                node: .pi2,
                script: "sysctl -w net.ipv4.ip_forward=0",
                tasks: ["firewall : Forward packets"]
            ),
            Alteration(
                node: .pi1,
                script: "iptables -D INPUT -i eth0 -p vrrp -j ACCEPT",
                tasks: ["firewall : Accept VRRP on eth0"]
            ),
            Alteration(
                node: .pi1,
                script: "systemctl stop apus-vrrpd",
                tasks: ["vrrp : Start the VRRP agent"]
            ),
            Alteration(
                node: .pi4,
                script: "DEBIAN_FRONTEND=noninteractive apt-get remove -qq psmisc",
                tasks: ["install : Install docker.io, psmisc"]
            ),
        ]

        @Test("what somebody altered by hand is put right, and nothing else is touched")
        func altered() async throws {
            _ = try await Self.story.value
            for alteration in Self.alterations { try await alteration.node.root(alteration.script) }
            let expected = Self.alterations.flatMap { one in one.tasks.map { "\(one.node) \($0)" } }.sorted()

            let check = try await LabRun.of("site", check: true)
            #expect(check.changed.filter { !expected.contains($0) } == [])
            #expect(check.headings { $0 != .ok }.filter(expected.contains) == expected, "\(check.trouble)")

            let run = try await LabRun.of("site")
            #expect(run.isWell, "\(run.trouble)")
            #expect(run.changed == expected)

            let again = try await LabRun.of("site")
            #expect(again.changed == [])
        }
    }
}
