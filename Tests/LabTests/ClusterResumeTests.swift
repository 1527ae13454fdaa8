import Testing

extension LabSuite {
    /// `apus run --resume` after the controller was ended.
    @Suite struct Resumption {
        private static let folder = "/run/apus-resume"
        private static let dropIn = "/run/systemd/system/apus-vrrpd.service.d"

        /// Each reload of the agent leaves a mark, and lasts until it may end.
        private static let slowReload = """
            mkdir -p \(folder) \(dropIn)
            cat >\(dropIn)/slow.conf <<'END'
            [Service]
            ExecReload=+/bin/sh -c 'echo x >>\(folder)/reloads; until [ -e \(folder)/go ]; do sleep 0.1; done'
            END
            systemctl daemon-reload
            """

        /// What a run that was told to end must not leave: its step, and the shell that holds the lock.
        private static let leftovers = "pgrep -af '^systemctl|^sh -s apus-lock:' || :"

        @Test(
            "a handler that was due when its run was ended is not lost: the resumed run runs it",
            arguments: [("KILL", 137), ("TERM", 143)]
        )
        func pendingHandler(signal: String, status: Int) async throws {
            try await Lab.converge()
            let journals = try ScratchFolder()
            func apus(_ words: String...) -> Program {
                Program(["env", "XDG_STATE_HOME=\(journals.path)", Lab.apus, "run"] + words)
            }
            try await Node.pi2.whileBroken(
                by: "\(Self.slowReload)\nchmod 644 /etc/apus-vrrpd/keepalived.conf",
                mendedBy: """
                    touch \(Self.folder)/go; rm -rf \(Self.dropIn); systemctl daemon-reload; rm -r \(Self.folder)
                    """
            ) { _ in
                let ended = try await apus("vrrp", "-i", Lab.inventoryPath).ended(by: signal) {
                    try await Node.pi2.root("until [ -e \(Self.folder)/reloads ]; do sleep 0.1; done")
                }
                #expect(ended.output.hasSuffix("\nstatus \(status)\n"), "\(ended.output)")
                if signal == "TERM" { #expect(try await Node.pi2.root(Self.leftovers) == "") }
                try await Node.pi2.root(
                    """
                    touch \(Self.folder)/go
                    until [ "$(systemctl show -P ActiveState apus-vrrpd)" = active ]; do sleep 0.1; done
                    """
                )
                let resumed = try await apus("--resume").run(deadline: .seconds(60)).succeeded()
                #expect(resumed.output.contains("still due: Reload the VRRP agent"), "\(resumed.output)")
                #expect(try await Node.pi2.root("cat \(Self.folder)/reloads") == "x\nx")
                #expect(try await LabRun.of("vrrp", check: true).unsettled == [])

                let again = try await apus("--resume").run(deadline: .seconds(60))
                #expect(again.status == 64 && again.errors.contains("ended well"), "\(again.errors)")
            }
        }
    }
}
