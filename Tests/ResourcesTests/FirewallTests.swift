import Foundation
import Provisioning
import Testing

@testable import Resources

@Suite("Packet filter rules")
struct FirewallTests {
    private let rule = IPTablesRule(
        chain: "INPUT",
        protocol: "vrrp",
        interface: "eth0",
        destination: "224.0.0.0/8",
        jump: "ACCEPT"
    )
    private let line = "iptables filter -A INPUT -d 224.0.0.0/8 -i eth0 -p vrrp -j ACCEPT"

    private func seen(_ output: String, loader: Bool = true, enabled: Bool = true) throws -> IPTablesRule.Seen
    {
        let subject = FirewallObservation(
            family: .ipv4,
            table: .filter,
            chain: "INPUT",
            specification: [],
            line: line
        )
        func same(_ file: File, _ mode: FileMode) throws -> FileState {
            FileState(mode: mode, digest: try file.content.digest())
        }
        let unit = FirewallPersistence.unit
        guard case .change(let change) = unit.plan(from: (nil, UnitState())),
            case .content(_, _, let text)? = change.difference.entries.last
        else { throw ObservationError("the unit has no content") }
        return IPTablesRule.Seen(
            rule: try FirewallObservation.answers(from: ShellOutput(output), for: [subject])[0],
            loader: loader ? try same(FirewallPersistence.loader, 0o755) : nil,
            unit: (
                FileState(digest: SHA256Digest.hexadecimal(of: Array(text.utf8))),
                UnitState(active: "inactive", file: enabled ? "enabled" : "disabled")
            )
        )
    }

    @Test(
        "repairs exactly what differs",
        arguments: [
            ("yes present\n", "unchanged"),
            ("yes absent\n", "change: now: absent → in force"),
            ("no present\n", "change: /etc/apus/iptables.rules: absent → has the rule"),
            ("no missing\n", "unknown: iptables is not installed yet"),
            ("no refused unknown protocol\n", "unknown: iptables does not take the rule: unknown protocol"),
        ]
    )
    func plan(output: String, plan: String) throws {
        #expect(rule.plan(from: try seen(output)).shown == plan)
    }

    @Test func theUnitIsEnabledAndItsFilesAreThere() throws {
        let disabled = rule.plan(from: try seen("yes present\n", enabled: false))
        #expect(disabled.titles == ["systemctl enable -- apus-iptables.service"])
        let bare = rule.plan(from: try seen("yes present\n", loader: false))
        #expect(bare.titles == ["make /etc/apus", "write /etc/apus/iptables-load"])
    }

    @Test func anUnwantedRuleIsRemovedFromBothPlaces() throws {
        var rule = rule
        rule.state = .absent
        #expect(rule.plan(from: try seen("no absent\n", loader: false)).shown == "unchanged")
        #expect(rule.plan(from: try seen("yes present\n")).titles.count == 2)
    }

    @Test func anOrdinaryRuleIsValidAndAPortNeedsAProtocol() throws {
        try rule.validate()
        #expect(throws: ResourceError.self) {
            try IPTablesRule(chain: "INPUT", destinationPort: 80, jump: "ACCEPT").validate()
        }
        #expect(throws: ResourceError.self) { try IPTablesRule(chain: "", jump: "ACCEPT").validate() }
    }

    @Test("lives in a network of its own: seen, added, loaded again", .enabled(if: canMakeNamespaces))
    func reality() throws {
        let scratch = try ScratchFolder()
        let other = IPTablesRule(
            chain: "APUS",
            matches: ["-m", "comment", "--comment", "it's a rule"],
            jump: "ACCEPT",
            position: .insert
        )
        // The rules' file is in the scratch folder; all else is as it would be on a host.
        func here(_ text: String) -> String {
            text.replacing(FirewallPersistence.rules, with: scratch.path + "/rules")
                .replacing("mkdir -p /etc/apus", with: ":").replacing(
                    " root:root ",
                    with: " \(getuid()):\(getgid()) "
                )
        }
        func subject(_ rule: IPTablesRule) -> FirewallObservation {
            FirewallObservation(
                family: rule.family,
                table: rule.table,
                chain: rule.chain,
                specification: rule.specification,
                line: FirewallPersistence.line(of: rule)
            )
        }
        let look = here(FirewallObservation.script(for: [subject(rule), subject(other)]))
        guard case .content(_, _, let loader)? = FirewallPersistence.loader.plan(from: nil).entries.last
        else {
            Issue.record("the loader has no content")
            return
        }
        func script(_ step: Step) -> String {
            if case .script(let text) = step.action { "(\(text)\n) || exit" } else { "" }
        }
        let script = [
            look,
            script(FirewallPersistence.adding(FirewallPersistence.line(of: rule))),
            script(FirewallPersistence.adding(FirewallPersistence.line(of: other))),
            look, loader, look, "iptables -F", loader, look,
            script(FirewallPersistence.removing(FirewallPersistence.line(of: rule))), look,
        ].map { "(\(here($0))\n)" }.joined(separator: "\necho --\n")
        let output = try shell("unshare -n sh -c \(shellQuoted(script))")
        #expect(output.errorText == "")
        let looks = output.text.split(separator: "--\n").map { $0.split(separator: "\n") }.filter {
            !$0.isEmpty
        }
        #expect(
            looks == [
                ["no absent", "no absent"], ["yes absent", "yes absent"], ["yes present", "yes present"],
                ["yes present", "yes present"], ["no present", "yes present"],
            ]
        )
        #expect(try scratch.read("rules") == FirewallPersistence.line(of: other) + "\n")
    }

    /// Root, iptables and the right to make a network namespace.
    static let canMakeNamespaces =
        (try? shell("command -v iptables && unshare -n iptables -w -S INPUT"))?.status == 0
}

extension Plan {
    var entries: [Difference.Entry] {
        if case .change(let change) = self { change.difference.entries } else { [] }
    }
}
