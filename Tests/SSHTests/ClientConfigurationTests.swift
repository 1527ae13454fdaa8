import Foundation
import SSHTestSupport
import Synchronization
import Testing

@testable import SSH

@Suite("The client configuration")
struct ClientConfigurationTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let text: String
        let host: String
        let arguments: [String]

        init(_ text: String, host: String = "pi1", _ arguments: String...) {
            self.text = text
            self.host = host
            self.arguments = arguments
        }

        var testDescription: String { "\(host) \(arguments) in \(text)" }
    }

    static let cases: [Case] = [
        Case(""), Case("# nothing\n\n   \t\n"), Case("", host: "PI1.Example.ORG"), Case("", host: "::1"),
        Case("User=bob"), Case("User = bob"), Case("uSeR\tbob # comment"), Case("User b#b"),
        Case("User \"two words\""), Case("User 'it''s'"), Case(#"User a\ b"#), Case(#"User "a\"b""#),
        Case(#"User a\b"#), Case("  Port 2222\r\n"), Case("Port=2222\nPort 2223"),
        // Host
        Case("Host pi?\n Port 1\nHost *\n Port 2"), Case("Host pi2\n Port 1\nHost *\n Port 2"),
        Case("Host pi* !pi1\n Port 1"), Case("Host !pi1 pi*\n Port 1"), Case("Host !pi2\n Port 1"),
        Case("Host PI1\n Port 1"), Case("Host pi1", host: "PI1"), Case("Host \"pi1\" other\n Port 7"),
        Case("Port 1\nHost pi1\n Port 2\n User a"), Case("Host a,pi1\n Port 7"),
        // Match
        Case("Match host pi*,!pi2\n Port 1"), Case("Match host pi*,!pi1\n Port 1"),
        Case("Match host=pi1\n Port 1"), Case("Match HOST PI1\n Port 1"), Case("Match host pi1", host: "PI1"),
        Case("HostName x.lan\nMatch host pi1\n Port 1\nMatch host x.lan\n Port 2"),
        Case("HostName x.lan\nMatch originalhost pi1\n Port 3"), Case("Match !host pi2\n Port 4"),
        Case("User bob\nMatch user bob\n Port 5\nMatch user root\n Port 6"), Case("Match user root\n Port 6"),
        Case("Match localuser \(NSUserName()),bob\n Port 7"), Case("Match localuser !*\n Port 7"),
        Case("Match all\n Port 8"), Case("Match exec \"test %h = pi1\"\n Port 9"),
        Case("Match !exec false\n Port 9"), Case("Match host pi2 exec \"exit 0\"\n Port 9"),
        Case("Match exec \"test %n:%p = pi1:22\" # c\n Port 9"),
        Case("Match final\n Port 10"), Case("Match !final\n Port 10"), Case("Match canonical\n Port 10"),
        Case("Host x.lan\n Port 3\nHost pi1\n HostName x.lan\nMatch final host x.lan\n User late"),
        Case("Host x.lan\n Port 3\nHost pi1\n HostName x.lan"), Case("Match final all\n Port 11"),
        // Include
        Case("Include DIR/b\nPort 1"), Case("Host pi1\n Include DIR/b\n User outer"),
        Case("Host pi2\n Include DIR/b\nHost *\n User outer"), Case("Include DIR/none DIR/*.conf"),
        Case("Include DIR/block\nUser after"), Case("Host pi1\nInclude DIR/block\nUser after"),
        // Options
        Case("HostName %h.example.org"), Case("HostName %%x"), Case("HostName 10.0.0.1"),
        Case("IdentityFile /a\nIdentityFile /b\nIdentityFile /a"), Case("IdentityFile none"),
        Case("IdentitiesOnly yes"), Case("IdentitiesOnly TRUE\nIdentitiesOnly no"),
        Case("IdentityAgent ~/agent"), Case("IdentityAgent none"), Case("IdentityAgent SSH_AUTH_SOCK"),
        Case("IdentityAgent ${HOME}/%h"),
        Case("ProxyJump a"), Case("ProxyJump bob@a:33,c"), Case("ProxyJump none\nProxyJump a"),
        Case("ProxyJump a\nProxyCommand nc"), Case("ProxyCommand none\nProxyJump a"),
        Case("ProxyJump ssh://bob@a:33"), Case("ProxyJump [::1]:33"), Case("ProxyJump a@b@c"),
        Case("ConnectTimeout 5"), Case("ConnectTimeout 1m30s"), Case("ConnectTimeout none"),
        Case("ServerAliveInterval 7\nServerAliveCountMax 4"), Case("ServerAliveInterval 1H"),
        Case("UserKnownHostsFile ~/a %d/b-%%-%C-%h-%i-%k-%L-%l-%n-%p-%r-%u \"c d\""),
        Case("UserKnownHostsFile none"), Case("GlobalKnownHostsFile /a /b"),
        Case("GlobalKnownHostsFile none"),
        Case("User bob\nPort 7\nHostName x\nHostKeyAlias y\nUserKnownHostsFile /%C-%h-%k-%n-%p-%r"),
        Case("StrictHostKeyChecking yes"), Case("StrictHostKeyChecking accept-new"),
        Case("StrictHostKeyChecking off"), Case("StrictHostKeyChecking ask"), Case("HostKeyAlias \"a b\""),
        Case("PubkeyAuthentication unbound\nPasswordAuthentication no"), Case("PubkeyAuthentication no"),
        Case("IgnoreUnknown Foo*\nFooBar 1\nPort 12"), Case("Compression yes\nCiphers aes128-ctr\nPort 12"),
        // Arguments
        Case("Port 1\nUser a", "-o", "Port=2", "-l", "bob"), Case("ProxyJump a", "-J", "b,c"),
        Case("IdentityFile /a", "-i", "/etc/passwd"), Case("Port 1", "-p3", "-oPort=4"),
        Case("", "-o", "User two words"),
        Case("Match user bob\n Port 9", "-l", "bob"), Case("ConnectTimeout 3", "-o", "ConnectTimeout 4"),
        // Refused by both
        Case("Port"), Case("Port 0"), Case("Port 65536"), Case("Port 1 2"), Case("Foo 1"), Case("User \"a"),
        Case("User \"\""), Case("Host"), Case("Match"), Case("Match host"), Case("Match bogus x"),
        Case("Match all host x"), Case("ProxyJump a,,b"), Case("ProxyJump @a"),
        Case("StrictHostKeyChecking maybe"), Case("ConnectTimeout 1x"), Case("IdentitiesOnly perhaps"),
        Case("UserKnownHostsFile none /a"), Case("Host pi2\n Port x"), Case("Include ~nobody-of-that-name/x"),
        Case("UserKnownHostsFile ${NO_SUCH_VARIABLE}"), Case("HostName %r"), Case("User a b"),
    ]

    // One process at a time, so that tests with deadlines beside these have their share of the machine.
    @Test("says what ssh -G says", .serialized, arguments: cases)
    func equalsOpenSSH(item: Case) throws {
        let folder = try TestFolder.make("config")
        let files = [
            "config": item.text.replacing("DIR", with: folder), "b": "Port 77\nUser inner\n",
            "1.conf": "Port 1\n", "2.conf": "Port 2\nUser two\n", "block": "Host pi9\nPort 9\n",
        ]
        for (name, text) in files {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
        let theirs = try? run(
            "/usr/bin/ssh",
            ["-G", "-F", "\(folder)/config"] + item.arguments + [item.host]
        )
        let ours = Result {
            let arguments = try ClientArguments(item.arguments, location: "arguments")
            return try ClientConfiguration(file: "\(folder)/config", environment: .system)
                .options(for: item.host, settings: arguments.settings)
        }
        switch ours {
        case .success(let options):
            let shown = options.lines
            #expect(shown == Self.relevant(theirs ?? "refused", keys: Set(shown.map(Self.key))))
        case .failure(let error):
            #expect(theirs == nil, "\(error)")
            #expect("\(error)".contains(":") && error is ConfigurationError)
        }
    }

    private static func key(_ line: String) -> String { String(line.prefix { $0 != " " }) }

    /// The lines of `ssh -G` of these keys, without the keys that are looked for where none is named.
    private static func relevant(_ text: String, keys: Set<String>) -> [String] {
        text.split(separator: "\n").map(String.init)
            .filter { keys.contains(key($0)) && !$0.hasPrefix("identityfile ~/.ssh/id_") }
            .sorted()
    }

    @Test(
        "malformed lines are told with their place",
        arguments: [
            ("Port 22\n\nPort  x", "c:3:7: wanted a port (1…65535), found \"x\""),
            ("Host *\n  Foo 1", "c:2:3: there is no option \"foo\""),
            ("User \"bob", "c:1:6: this quote is never closed"),
            ("Port", "c:1:1: no argument after port"),
            ("Port 22 23", "c:1:9: port takes one argument"),
            ("Match host a bogus b", "c:1:14: Match knows no criterion \"bogus\""),
            ("Match all host a", "c:1:7: Match all stands alone"),
            ("ProxyJump a,", "c:1:11: wanted [user@]host[:port],… or none, found \"a,\""),
            ("User b\nHostName x%z", "c:2:10: unknown token in \"x%z\""),
            ("IdentityFile a\nIdentityFile %q", "c:2:14: unknown token in \"%q\""),
            ("IdentityAgent ${NO}", "c:1:15: the environment has no NO, which \"${NO}\" needs"),
            ("UserKnownHostsFile ~nobody/k", "c:1:20: there is no such user: \"~nobody/k\""),
            ("ProxyJump %z", "c:1:11: unknown token in \"%z\""),
            ("Include c", "/home/me/.ssh/c:1:1: files include each other too deeply"),
        ]
    )
    func errors(text: String, message: String) {
        let environment = ClientEnvironment(user: "me", home: "/home/me", read: { _ in text })
        #expect(throws: ConfigurationError.self) {
            do {
                let configuration = try ClientConfiguration(file: "c", environment: environment)
                _ = try configuration.options(for: "pi1")
            } catch {
                #expect("\(error)" == message)
                throw error
            }
        }
    }

    @Test("the user's file wins over the system's, and both add identity files")
    func twoFiles() throws {
        let files = [
            "/home/me/.ssh/config": "Port 1\nIdentityFile ~/%r_key\nInclude more\n",
            "/home/me/.ssh/more": "User bob\n",
            "/etc/ssh/ssh_config": "Port 2\nIdentityFile /system\nHostName real\nInclude extra\n",
            "/etc/ssh/extra": "IdentitiesOnly yes\n",
        ]
        let environment = ClientEnvironment(user: "me", home: "/home/me", read: { files[$0] })
        let options = try ClientConfiguration(environment: environment).options(for: "pi1")
        #expect(options.port == 1 && options.user == "bob" && options.hostName == "real")
        #expect(options.identityFiles == ["/home/me/bob_key", "/system"] && options.identitiesOnly == true)
    }

    @Test(
        "jump hosts lead to a host",
        arguments: [
            ("", "pi1"), ("Host pi1\n ProxyJump a", "a pi1"), ("Host pi1\n ProxyJump x@a:3,b", "x@a:3 b pi1"),
            ("Host pi1\n ProxyJump a\nHost a\n ProxyJump b", "b a pi1"),
            ("Host pi1\n ProxyJump a,b\nHost a\n ProxyJump c\nHost b\n ProxyJump d", "c a b pi1"),
            ("Host pi1\n ProxyJump a\nHost a\n User u\n Port 7\n HostName aa", "u@aa:7 pi1"),
            ("Host pi1\n ProxyJump %r@%h.gate", "me@pi1.gate pi1"),
        ]
    )
    func route(text: String, expected: String) throws {
        let environment = ClientEnvironment(user: "me", home: "/home/me", read: { _ in text })
        let hops = try ClientConfiguration(file: "c", environment: environment).route(to: "pi1")
        let shown = hops.map { hop in
            (hop.options.user.map { "\($0)@" } ?? "") + (hop.options.hostName ?? "")
                + (hop.options.port.map { ":\($0)" } ?? "")
        }
        #expect(shown.joined(separator: " ") == expected)
    }

    @Test("jump hosts in a circle are an error")
    func circle() throws {
        let environment = ClientEnvironment(user: "me", home: "/", read: { _ in "ProxyJump a" })
        let configuration = try ClientConfiguration(file: "c", environment: environment)
        let error = #expect(throws: ConfigurationError.self) { try configuration.route(to: "pi1") }
        #expect(error?.description.contains("leads over more than 16 hosts") == true)
    }

    @Test("a command of Match exec runs once for all hosts that ask at once")
    func rememberedCommands() async throws {
        let commands = Mutex<[String]>([])
        let environment = ClientEnvironment(
            user: "me",
            home: "/",
            read: { _ in "Match exec \"reachable gate\"\n ProxyJump gate\nMatch exec \"at %h\"\n User u" },
            succeeds: { command in
                commands.withLock { $0.append(command) }
                return true
            }
        ).rememberingCommands()
        let configuration = try ClientConfiguration(file: "c", environment: environment)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    let options = try configuration.options(for: "pi1")
                    #expect(options.jumps?.map(\.host) == ["gate"] && options.user == "u")
                }
            }
            try await group.waitForAll()
        }
        #expect(commands.withLock { $0.sorted() } == ["at pi1", "reachable gate"])
    }

    @Test("what libssh2 cannot follow is told with its place")
    func unsupported() throws {
        let text = "ProxyCommand nc %h %p\nHost pi1\n BindAddress 10.0.0.1\nHost pi2\n CertificateFile x"
        let environment = ClientEnvironment(user: "me", home: "/", read: { _ in text })
        let options = try ClientConfiguration(file: "c", environment: environment).options(for: "pi1")
        #expect(options.unsupported.map(\.keyword) == ["proxycommand", "bindaddress"])
        #expect(options.unsupported.map(\.location) == ["c:1", "c:3"])
    }

    @Test(
        "arguments that are not for connecting are refused",
        arguments: [
            (["-C"], "hosts:3: the argument -C is not supported"), (["-o"], "hosts:3: -o needs a value"),
            (["-o", "Port=x"], "hosts:3: -o Port=x: wanted a port"),
            (["host"], "hosts:3: the argument host is"),
            (["-o", "Foo=1"], "hosts:3: -o Foo=1: there is no option \"foo\""),
        ]
    )
    func arguments(words: [String], message: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try ClientArguments(words, location: "hosts:3")
        }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }
}

extension ClientOptions {
    /// As `ssh -G` prints them, with OpenSSH's defaults.
    fileprivate var lines: [String] {
        let jumps = (jumps ?? []).map { jump in
            let host = jump.host.contains(":") ? "[\(jump.host)]" : jump.host
            return (jump.user.map { "\($0)@" } ?? "") + host + (jump.port.map { ":\($0)" } ?? "")
        }
        func seconds(_ duration: Duration) -> String { "\(duration.components.seconds)" }
        func yes(_ flag: Bool) -> String { flag ? "yes" : "no" }
        func list(_ files: [String]) -> String { files.isEmpty ? "none" : files.joined(separator: " ") }
        let checking: String =
            switch strictHostKeyChecking ?? .ask {
            case .strict: "true"
            case .acceptNew: "accept-new"
            case .off: "false"
            case .ask: "ask"
            }
        let home = ClientEnvironment.system.home
        let always = [
            "user \(user ?? ClientEnvironment.system.user)", "hostname \(hostName ?? "")",
            "port \(port ?? 22)", "identitiesonly \(yes(identitiesOnly ?? false))",
            "connecttimeout \((connectTimeout ?? nil).map(seconds) ?? "none")",
            "serveraliveinterval \(seconds(serverAliveInterval ?? .zero))",
            "serveralivecountmax \(serverAliveCountMax ?? 3)", "stricthostkeychecking \(checking)",
            "userknownhostsfile "
                + list(userKnownHostsFiles ?? ["\(home)/.ssh/known_hosts", "\(home)/.ssh/known_hosts2"]),
            "globalknownhostsfile "
                + list(globalKnownHostsFiles ?? ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"]),
            "passwordauthentication \(yes(passwordAuthentication ?? true))",
        ]
        let sometimes =
            identityFiles.map { "identityfile \($0)" } + [identityAgent.map { "identityagent \($0)" }]
            + [hostKeyAlias.map { "hostkeyalias \($0)" }]
            + [jumps.isEmpty ? nil : "proxyjump \(jumps.joined(separator: ","))"]
        return (always + sometimes.compactMap(\.self)).sorted()
    }
}
