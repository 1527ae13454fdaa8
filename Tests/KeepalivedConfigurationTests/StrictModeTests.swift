import KeepalivedConfiguration
import Testing

@Suite("Strict mode")
struct StrictModeTests {
    static let modes: [(isStrict: Bool, lines: String, accepts: Bool)] = [
        (false, "", true), (false, "strict_mode", false), (false, "strict_mode off", true),
        (true, "", false), (true, "strict_mode off", true), (true, "strict_mode no\naccept", true),
        (true, "version 3\naccept", true), (true, "version 3\nno_accept", false),
        (true, "state MASTER\npriority 255", true), (true, "state MASTER\npriority 255\nno_accept", false),
    ]

    @Test("only the owner takes packets for the addresses, by default", arguments: modes.indices)
    func accepts(index: Int) throws {
        let (isStrict, lines, accepts) = Self.modes[index]
        let globals = isStrict ? "\nglobal_defs {\n vrrp_strict\n}" : ""
        let instance = try #require(try parse(instance(lines) + globals).instances.first)
        #expect(instance.accepts == accepts)
    }

    static let forbidden: [(lines: String, message: String)] = [
        ("accept", "7:20: strict mode has no 'accept' in version 2 (RFC 3768 §6.4.3)"),
        ("preempt_delay 3", "7:20: strict mode has no 'preempt_delay' (RFC 9568 §6.1)"),
        ("use_vmac vmac_xmit_base", "7:29: strict mode has no 'vmac_xmit_base' (RFC 9568 §7.3)"),
        (
            "authentication { auth_type PASS auth_pass x }",
            "7:20: strict mode has no 'authentication' (RFC 3768 §5.3.6)"
        ),
        ("priority 255", "1:1: strict mode has 'state MASTER' with priority 255, and only there"),
        ("state MASTER priority 9", "1:1: strict mode has 'state MASTER' with priority 255, and only there"),
    ]

    @Test("what the RFCs do not have is an error; lenient: left out", arguments: forbidden.indices)
    func refuses(index: Int) throws {
        let (lines, message) = Self.forbidden[index]
        let text = instance("strict_mode on " + lines)
        #expect(errors(in: text) == "k.conf:\(message)")
        let lenient = try Configuration(parsing: text, file: "k.conf", isLenient: true)
        let warnings = lenient.warnings.map(\.description)
        #expect(warnings.contains("k.conf:\(message); left out, as keepalived does"))
        let instance = try #require(lenient.instances.first)
        let isOwner = instance.priority == 255
        #expect((instance.initialState == .master) == isOwner && instance.accepts == isOwner)
        guard case .none = instance.authentication else {
            Issue.record("authentication is left")
            return
        }
        #expect(instance.preemptDelay == .zero)
        #expect(instance.virtualMAC?.advertisesFromBase != true)
    }

    @Test("over IPv6 a link-local address is first", arguments: [("2001:db8::1", false), ("fe80::1", true)])
    func linkLocal(address: String, isAccepted: Bool) {
        let text = instance("strict_mode").replacing("10.0.0.1", with: address)
        let message = "k.conf:5:9: strict mode wants a link-local address first (RFC 9568 §5.2.9)"
        #expect(errors(in: text) == (isAccepted ? "no error" : message))
    }
}
