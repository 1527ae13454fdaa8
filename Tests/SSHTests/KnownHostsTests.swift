import Testing

@testable import SSH

/// A syntactically right key whose bytes mean nothing.
private func key(_ type: String, _ content: String) -> HostKey {
    var writer = WireWriter()
    writer.text(type)
    writer.text(content)
    return HostKey(blob: writer.bytes)!
}

private func text(_ key: HostKey) -> String { "\(key.type) \(Base64.encode(key.blob))" }

private let good = key("ssh-ed25519", "good")
private let evil = key("ssh-ed25519", "evil")
private let other = key("ssh-rsa", "other")

@Suite("The known_hosts file")
struct KnownHostsTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let lines: String
        let host: String
        let port: UInt16
        let verdict: KnownHosts.Verdict

        init(_ lines: String, _ host: String, port: UInt16 = 22, _ verdict: KnownHosts.Verdict) {
            self.lines = lines
            self.host = host
            self.port = port
            self.verdict = verdict
        }

        var testDescription: String { "\(host):\(port) in \(lines)" }
    }

    static let unknown = KnownHosts.Verdict.unknown(certAuthority: nil)
    static let cases: [Case] = [
        Case("", "pi1", unknown),
        Case("pi1 \(text(good))", "pi1", .known),
        Case("pi1 \(text(good)) root@pi1", "PI1", .known),
        Case("PI1\t\(text(good))", "pi1", .known),
        Case("pi1 \(text(good))", "pi11", unknown),
        Case("pi1,10.0.0.1 \(text(good))", "10.0.0.1", .known),
        Case("pi? \(text(good))", "pi7", .known),
        Case("pi? \(text(good))", "pi", unknown),
        Case("*.lan \(text(good))", "a.b.lan", .known),
        Case("*.l*n \(text(good))", "a.lan.lon", .known),
        Case("*.lan,!bad.lan \(text(good))", "bad.lan", unknown),
        Case("!bad.lan,*.lan \(text(good))", "bad.lan", unknown),
        Case("!bad.lan \(text(good))", "good.lan", unknown),
        Case("::1 \(text(good))", "::1", .known),
        Case("[pi1]:2222 \(text(good))", "pi1", port: 2222, .known),
        Case("[pi1]:2222 \(text(good))", "pi1", unknown),
        Case("pi1 \(text(good))", "pi1", port: 2222, .known),
        Case("pi1 \(text(evil))", "pi1", port: 2222, unknown),
        Case("pi1 \(text(evil))", "pi1", .changed(location: "f:1", expected: evil)),
        Case("# old\n\npi1 \(text(evil))", "pi1", .changed(location: "f:3", expected: evil)),
        Case("pi1 \(text(evil))\npi1 \(text(good))", "pi1", .known),
        Case("pi1 \(text(other))", "pi1", .otherTypes(location: "f:1", types: ["ssh-rsa"])),
        Case("pi1 \(text(good))\n@revoked pi1 \(text(good))", "pi1", .revoked(location: "f:2")),
        Case("@revoked * \(text(evil))", "pi1", unknown),
        Case("@cert-authority *.lan \(text(evil))", "a.lan", .unknown(certAuthority: "f:1")),
        Case("@cert-authority *.lan \(text(evil))\na.lan \(text(good))", "a.lan", .known),
        Case("pi1 \(text(good))\r", "pi1", .known),
    ]

    @Test("gives each host its verdict", arguments: cases)
    func verdict(example: Case) {
        let file = KnownHostsFile(example.lines, path: "f")
        #expect(
            KnownHosts.verdict(file.entries, host: example.host, port: example.port, key: good)
                == example.verdict
        )
    }

    @Test("knows hashed names, with and without port", arguments: [("pi1", UInt16(22)), ("10.0.0.1", 2222)])
    func hashed(host: String, port: UInt16) {
        let salt = [UInt8](0..<20)
        let digest = Digest.hmacSHA1(key: salt, Array(KnownHosts.name(host: host, port: port).utf8))
        let line = "|1|\(Base64.encode(salt))|\(Base64.encode(digest)) \(text(good))"
        let entries = KnownHostsFile(line, path: "f").entries
        #expect(KnownHosts.verdict(entries, host: host, port: port, key: good) == .known)
        #expect(KnownHosts.verdict(entries, host: "other", port: port, key: good) == Self.unknown)
    }

    @Test("hashes as RFC 2202 does")
    func hmac() {
        let digest = Digest.hmacSHA1(key: [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8))
        #expect(digest.prefix(8) == [0xB6, 0x17, 0x31, 0x86, 0x55, 0x05, 0x72, 0x64])
    }

    @Test(
        "skips malformed lines and reports them with their place",
        arguments: [
            ("pi1", 1, "wanted a host, a key type and a key"),
            ("  pi1 ssh-ed25519", 3, "wanted a host, a key type and a key"),
            ("@revoked", 1, "wanted a host, a key type and a key"),
            ("pi1 ssh-ed25519 !!!!", 17, "the key is not Base64, or is of another type than the line says"),
            (
                "pi1 ssh-rsa \(Base64.encode(good.blob))", 13,
                "the key is not Base64, or is of another type than the line says"
            ),
            ("@revoke pi1 \(text(good))", 1, "unknown marker; wanted @revoked or @cert-authority"),
            ("@revoked |2|x|y \(text(good))", 10, "malformed host field"),
            ("a,,b \(text(good))", 1, "malformed host field"),
        ]
    )
    func malformed(line: String, column: Int, problem: String) {
        let path = "/home/me/known_hosts"
        let file = KnownHostsFile("pi0 \(text(good))\n\(line)\npi2 \(text(good))\n", path: path)
        #expect(file.problems == [KnownHosts.Problem(location: "\(path):2:\(column)", text: problem)])
        #expect(file.entries.map(\.location) == ["\(path):1", "\(path):3"])
    }
}
