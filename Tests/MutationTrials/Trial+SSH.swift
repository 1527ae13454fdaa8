import SSH

extension Trial {
    static let connections = [
        Trial(
            "ssh_config",
            texts: [
                """
                Host pi? !pi9 "two words"
                  HostName %h.example.org # comment
                  Port=2222
                  ProxyJump bob@a:33,[::1]:22
                Match !host pi*,!x exec "test %n" final
                  IdentityFile ~/.ssh/%r-${HOME}
                """,
                """
                Include other
                UserKnownHostsFile "a b" none
                ConnectTimeout 1m30s
                StrictHostKeyChecking accept-new
                """,
            ],
            salt: " =\"'#\\\n%!*,:@[]~$0aF\t"
        ) { text throws(Violation) in
            let environment = ClientEnvironment(
                user: "me",
                home: "/home/me",
                read: { $0.hasSuffix("c") ? text : nil }
            )
            return try hasPlace { () throws(ConfigurationError) in
                try ClientConfiguration(file: "c", environment: environment).options(for: "pi1")
            }
        },
        Trial(
            "arguments of ssh",
            texts: ["-o\0ProxyJump=bob@a:33\0-i~/.ssh/id\0-p\u{0}2222", "-J\0a,b:22\0-lme\0-F\0none"],
            salt: "\0-o=%\" \\,:@Jip"
        ) { text throws(Violation) in
            try hasPlace { () throws(ConfigurationError) in
                let words = text.split(separator: "\0", omittingEmptySubsequences: false)
                return try ClientArguments(words.map(String.init), location: "c:1")
            }
        },
        knownHosts, privateKeys,
    ]

    /// Whether `body` succeeds; its error must name its place.
    private static func hasPlace(
        _ body: () throws(ConfigurationError) -> some Any
    ) throws(Violation) -> Bool {
        do {
            _ = try body()
            return true
        } catch {
            guard !error.location.isEmpty else { throw Violation(description: "no place in «\(error)»") }
            return false
        }
    }

    private static let knownKey =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2xPpWDzA3pYHZ1rTcUIxLBDT4AoaNyo7RNVfTzTr6Q"

    private static let knownHosts = Trial(
        "known_hosts",
        texts: [
            "pi1,10.0.0.1 \(knownKey) root@pi1",
            "[pi2]:2222,!bad,*.lan \(knownKey)\n@revoked * \(knownKey)",
            "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= \(knownKey)",
        ],
        salt: "@|,!*[]: =\n#aA/+"
    ) { text throws(Violation) in
        let known = KnownHosts(text, path: "k")
        guard let key = HostKey(blob: [0, 0, 0, 1, 0x61]) else { return false }
        _ = known.verdict(host: "pi1", port: 22, key: key)
        guard known.problems.allSatisfy({ $0.location.hasPrefix("k:") }) else {
            throw Violation(description: "no place in \(known.problems)")
        }
        return known.problems.isEmpty
    }
}
