import Apus
import Testing

extension LabSuite {
    /// What files of real hosts have besides their content, and what refuses them.
    @Suite("Files on a real host", .serialized) struct FileTests {
        private static let host = "10.42.0.175"
        private let lab: LabHosts

        init() throws { lab = try LabHosts() }

        private func write(_ file: File) async throws -> LabHosts.Outcome {
            try await lab.run(on: Self.host) { file }
        }

        @Test(
            "ACLs and extended attributes are kept, where the tools for them are installed and where they are not"
        )
        func attributes() async throws {
            try await lab.shell(
                """
                command -v setfacl || apt-get install -qy acl attr || { apt-get update -q; apt-get install -qy acl attr; }
                cd /root; rm -f apus-acl; echo old >apus-acl; setfacl -m u:1000:r apus-acl
                setfattr -n user.note -v kept apus-acl
                """,
                on: Self.host,
                deadline: .seconds(200)
            )
            let look = "getfacl -cnp /root/apus-acl; getfattr -d --absolute-names /root/apus-acl"
            let before = try await lab.shell(look, on: Self.host)
            try #require(before.contains("user:1000:r--") && before.contains("kept"))
            for (text, prepare) in [("with\n", ":"), ("without\n", "chmod -x /usr/bin/[gs]etfacl")] {
                try await lab.shell(prepare, on: Self.host)
                let outcome = try await write(File("/root/apus-acl", contents: text))
                try await lab.shell("chmod +x /usr/bin/[gs]etfacl", on: Self.host)
                #expect(outcome.notable == ["File[/root/apus-acl]": .changed])
                #expect(try await lab.shell(look + "; cat /root/apus-acl", on: Self.host) == before + text)
            }
            try await lab.shell("rm /root/apus-acl", on: Self.host)
        }

        @Test("a mount point is written in place, and a notice says so")
        func mountPoint() async throws {
            try await lab.shell(
                "cd /root; echo old | tee apus-below apus-mount >/dev/null; mount --bind apus-below apus-mount",
                on: Self.host
            )
            let outcome = try await write(File("/root/apus-mount", contents: "new\n"))
            #expect(outcome.notable == ["File[/root/apus-mount]": .changed])
            #expect(outcome.transcript.contains("warning: /root/apus-mount is a mount point of its own"))
            #expect(try await write(File("/root/apus-mount", contents: "new\n")).notable == [:])
            let seen = try await lab.shell(
                "cd /root; umount apus-mount; cat apus-below apus-mount; ls -A | grep -e mount -e below -e '^.apus'; rm apus-below apus-mount",
                on: Self.host
            )
            #expect(seen == "new\nold\napus-below\napus-mount\n")
        }

        @Test("sudo's own check refuses rules, which then are not there, and takes good ones")
        func validation() async throws {
            func rules(_ text: String) -> File {
                File("/etc/sudoers.d/apus-test", contents: text, mode: 0o440)
                    .validated(by: ["visudo", "--check", "--file=\(.candidate)"])
            }
            let bad = try await write(rules("nobody is allowed\n"))
            guard case .failed(let why) = bad.notable["File[/etc/sudoers.d/apus-test]"] else {
                Issue.record("did not fail: \(bad.notable)")
                return
            }
            #expect(why.contains("syntax error") && why.contains("refuses the new content (status 1)"))
            #expect(try await lab.shell("ls -A /etc/sudoers.d | grep apus || :", on: Self.host) == "")
            #expect(
                try await write(rules("# nobody\n")).notable == ["File[/etc/sudoers.d/apus-test]": .changed]
            )
            try await lab.shell("rm /etc/sudoers.d/apus-test", on: Self.host)
        }

        @Test("an immutable file is an error that says so")
        func immutable() async throws {
            try await lab.shell("cd /root; echo old >apus-fixed; chattr +i apus-fixed", on: Self.host)
            let outcome = try await write(File("/root/apus-fixed", contents: "new\n"))
            let left = try await lab.shell(
                "cd /root; chattr -i apus-fixed; cat apus-fixed; ls -A | grep -e fixed -e '^.apus'; rm apus-fixed",
                on: Self.host
            )
            guard case .failed(let why) = outcome.notable["File[/root/apus-fixed]"] else {
                Issue.record("did not fail: \(outcome.notable)")
                return
            }
            #expect(why.contains("/root/apus-fixed is immutable"))
            #expect(left == "old\napus-fixed\n")
        }
    }
}
