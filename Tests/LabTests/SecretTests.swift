import CanaryTestSupport
import Foundation
import Testing

extension LabSuite {
    @Suite struct Secrets {
        private static let node = Node.pi4
        private static let user = "apus-canary"
        private static let target = "/srv/apus-canary"
        /// Containers' own files hold their environment.
        private static let searched = """
            /tmp /var/tmp /var/log /var/lib/apus /home /root /run --exclude-dir=containerd --exclude-dir=docker
            """

        /// Logs in and becomes root by a password, which is planted too.
        @Test func noVerbLeavesATraceOfASecret() async throws {
            // For Docker and an image.
            let site = try await LabRun.of("site", limit: Self.node.address)
            try #require(site.isWell, "\(site.trouble)")
            let files = try ScratchFolder()
            let story = CanaryStory(
                place: files.path,
                target: Self.target,
                options: [],
                searched: Self.searched,
                variables: ["ansible_password": "password", "ansible_become_password": "password"],
                apus: { words in
                    let environment = [
                        "APUS_TEST_FOLDER=\(files.path)", "XDG_STATE_HOME=\(files.path)/state",
                    ]
                    let program = Lab.root + "/.build/debug/apus-test-run"
                    let ended = try await Program(["env"] + environment + [program] + words)
                        .run(deadline: .seconds(120))
                    return ended.output + ended.errors
                },
                host: { try await Self.node.root($0) }
            )
            let password = await story.text(of: "password")
            try await Self.node.whileBroken(
                by: """
                    useradd -m -s /bin/bash \(Self.user)
                    chpasswd <<'END'
                    \(Self.user):\(password)
                    END
                    echo '\(Self.user) ALL=(ALL) ALL' >/etc/sudoers.d/\(Self.user)
                    journalctl -qn 0 --show-cursor | sed 's/^-- cursor: //'
                    """,
                mendedBy: """
                    docker rm -f canary >/dev/null 2>&1 || :
                    userdel -r \(Self.user) 2>/dev/null || :
                    userdel canary 2>/dev/null || :
                    rm -rf /etc/sudoers.d/\(Self.user) \(Self.target) \(Self.target).needles
                    """
            ) { cursor in
                try await story.prepare(
                    hosts: """
                        here ansible_host=\(Self.node.address) canary_folder=\(Self.target) canary_image=nginx \
                        canary_as_root=yes ansible_user=\(Self.user) \
                        apus_known_hosts_file=\(Lab.state)/known_hosts\n
                        """
                )
                try await story.look()
                try await story.runAndResume()
                try await story.planAndApply()
                try await story.lookBack()
                let log = try await Self.node.root(
                    "journalctl --no-pager -o export --after-cursor='\(cursor)'"
                )
                #expect(log.contains("sudo"))
                await story.search(log, "the journal of the host")
            }
            let leaks = await story.leaks
            #expect(leaks == [])
        }
    }
}
