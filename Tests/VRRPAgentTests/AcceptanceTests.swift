import Foundation
import Testing

/// What the agent accepts, beside what `keepalived -t` does.
@Suite(
    "Configurations",
    .enabled(if: canUseNamespaces && Speaker.hasKeepalived, "needs root, network namespaces and keepalived")
)
struct AcceptanceTests {
    enum Verdict {
        /// Both accept it.
        case accepted
        /// keepalived complains and goes on; the agent accepts it, and warns of this.
        case warned(String)
        /// keepalived complains and goes on without what it did not understand, as the agent does with --lenient.
        case lenient(String)
        /// Neither takes it.
        case refused(String)
        /// keepalived accepts what the agent does not do.
        case unsupported(String)
        /// keepalived complains; the agent does what is meant.
        case better
    }

    /// Lines of an instance.
    static let instances: [(lines: String, verdict: Verdict)] = [
        ("", .accepted),
        ("state MASTER", .accepted),
        ("state SLAVE", .warned("'SLAVE' is taken for BACKUP")),
        ("state FOO", .lenient("'state' wants MASTER or BACKUP")),
        ("priorty 100", .lenient("unknown keyword 'priorty'")),
        ("priority 300", .lenient("'priority' wants a number from 1 to 255")),
        ("authentication {\n auth_type PASS\n auth_pass 12345678\n }", .accepted),
        ("authentication {\n auth_type PASS\n auth_pass 123456789\n }", .warned("only the first 8 bytes")),
        ("authentication {\n auth_type AH\n auth_pass 1234\n }", .unsupported("'auth_type AH'")),
        (
            "version 3\n authentication {\n auth_type PASS\n auth_pass 1234\n }",
            .lenient("version 3 has no authentication")
        ),
        ("advert_int 0.1", .warned("'advert_int' is rounded to 1 s")),
        ("version 3\n advert_int 0.1", .accepted),
        ("version 3\n advert_int 50", .refused("at most 40.95 seconds")),
        ("nopreempt", .accepted),
        ("state MASTER\n priority 100\n nopreempt", .warned("'nopreempt' has no effect")),
        ("preempt_delay 5", .accepted),
        ("preempt_delay 2000", .lenient("'preempt_delay' wants seconds from 0 to 1000")),
        ("unicast_src_ip 10.99.0.1\n unicast_peer {\n 10.99.0.2\n }", .accepted),
        ("unicast_peer {\n 10.99.0.2 min_ttl 3\n }", .accepted),
        ("unicast_peer {\n 10.99.0.2 max_ttl 3 min_ttl 2\n }", .accepted),
        ("unicast_peer {\n 10.99.0.2 min_ttl 300\n }", .lenient("'min_ttl' wants a number from 0 to 255")),
        ("unicast_peer {\n 10.99.0.2 min_ttl 3 max_ttl 2\n }", .lenient("'min_ttl' 3 is above")),
        ("mcast_src_ip 10.99.0.1", .accepted),
        ("virtual_ipaddress_excluded {\n 2001:db8::9\n }", .accepted),
        ("virtual_routes {\n 198.51.100.0/24 via 10.99.0.254 dev eth0 metric 5\n }", .accepted),
        ("use_vmac", .accepted), ("use_vmac vrrp7", .accepted), ("use_vmac\n vmac_xmit_base", .accepted),
        ("vmac_xmit_base", .warned("'vmac_xmit_base' has no effect without 'use_vmac'")),
        ("use_vmac\n unicast_peer {\n 10.99.0.2\n }", .better),
        ("accept", .accepted), ("no_accept", .accepted),
        ("strict_mode on", .accepted), ("strict_mode\n version 3\n accept", .accepted),
        ("strict_mode\n accept", .lenient("strict mode has no 'accept' in version 2")),
        ("strict_mode\n preempt_delay 3", .lenient("strict mode has no 'preempt_delay'")),
        ("strict_mode\n state MASTER\n priority 100", .lenient("'state MASTER' with priority 255")),
        ("strict_mode\n use_vmac\n vmac_xmit_base", .lenient("strict mode has no 'vmac_xmit_base'")),
        (
            "strict_mode\n authentication {\n auth_type PASS\n auth_pass 1234\n }",
            .lenient("strict mode has no 'authentication'")
        ),
        ("strict_mode maybe", .lenient("'strict_mode' wants on or off, found 'maybe'")),
        ("dont_track_primary", .accepted),
        ("track_script {\n nope\n }", .lenient("tracks the undefined script 'nope'")),
        ("track_interface {\n eth0\n eth0\n }", .lenient("tracks the interface 'eth0' twice")),
        ("garp_master_delay 1\n garp_master_repeat 2\n garp_master_refresh 60", .accepted),
        ("lvs_sync_daemon_interface eth0", .warned("'lvs_sync_daemon_interface' has no effect")),
        ("lower_prio_no_advert", .unsupported("'lower_prio_no_advert'")),
        ("version 3\n v3_checksum_as_v2", .better),
        ("# a comment\n ! another", .accepted),
    ]

    /// Whole files, "INSTANCE" in the place of an instance.
    static let files: [(text: String, verdict: Verdict)] = [
        ("global_defs {\n router_id x\n}\nINSTANCE", .accepted),
        ("global_defs {\n lvs_id x\n}\nINSTANCE", .warned("'lvs_id' is the old name")),
        ("global_defs {\n vrrp_garp_interval 0.01\n vrrp_skip_check_adv_addr\n}\nINSTANCE", .accepted),
        ("global_defs {\n vrrp_garp_interval 0\n}\nINSTANCE", .better),
        ("global_defs {\n notification_email {\n a@b\n }\n smtp_server 127.0.0.1\n}\nINSTANCE", .accepted),
        ("global_defs {\n vrrp_strict\n}\nINSTANCE", .accepted),
        ("global_defs {\n vrrp_iptables\n}\nINSTANCE", .warned("'vrrp_iptables' has no effect")),
        ("global_defs {\n lvs_sync_daemon eth0 a\n}\nINSTANCE", .accepted),
        ("vrrp_track_process p {\n process nginx\n}\nINSTANCE", .accepted),
        ("vrrp_track_file f {\n file /run/x\n}\nINSTANCE", .unsupported("'vrrp_track_file'")),
        (
            "global_defs {\n script_user root\n}\nvrrp_script c {\n script /no/such\n}\nINSTANCE",
            .lenient("cannot execute /no/such")
        ),
        (
            "global_defs {\n enable_script_security\n}\nvrrp_script c {\n script /bin/true\n}\nINSTANCE",
            .lenient("cannot find the user keepalived_script")
        ),
        ("static_ipaddress {\n 10.99.0.77 dev eth0\n}\nINSTANCE", .unsupported("'static_ipaddress'")),
        ("$IF=eth0\nINSTANCE", .unsupported("variables and conditions")),
        ("INSTANCE\nINSTANCE", .refused("is defined twice")),
        ("INSTANCE\nvrrp_instance b {", .refused("is never closed")),
        ("vrrp_instance b {\n interface eth0\n virtual_router_id 5\n}", .refused("no 'virtual_ipaddress'")),
        (
            "vrrp_instance b { interface eth0 virtual_router_id 5 virtual_ipaddress { 10.99.0.9 } }", .better
        ),
        (
            "vrrp_instance b {\n interface eth0\n virtual_router_id 5\n version 3\n use_vmac\n"
                + " virtual_ipaddress {\n 2001:db8::9\n }\n}", .accepted
        ),
        ("include /no/such/*.conf\nINSTANCE", .accepted),
        (server("lb_kind NAT\n lb_algo rr"), .accepted),
        (server("lb_kind DR\n lb_algo wrr"), .accepted),
        (server("lb_algo rr"), .better),
        (server("lb_kind NAT\n lb_algo nosuch"), .refused("'lb_algo' of this agent knows")),
        (server("lb_kind TUN\n lb_algo rr"), .accepted),
        (server("lb_kind DR\n lb_algo rr").replacing("0.9 80", with: "0.9 81"), .refused("the port stays")),
        (group("10.99.0.240 80\n 10.99.0.241 80"), .accepted),
        (group("10.99.0.240-242 80"), .accepted),
        (group("10.99.0.242-240 80"), .refused("wanted an address and a port")),
        (group("fwmark 7"), .warned("'protocol' has no effect with 'fwmark'")),
        (server("lb_kind NAT\n lb_algo rr", "fwmark 7"), .warned("'protocol' has no effect with 'fwmark'")),
        (server("lb_kind NAT\n lb_algo rr\n ip_family inet"), .accepted),
        (server("lb_kind NAT\n lb_algo rr", "fwmark 0"), .lenient("'fwmark' wants a number from 1")),
        (
            server(
                "lb_kind NAT\n lb_algo rr\n persistence_timeout 60\n persistence_granularity 255.255.255.0"
            ),
            .accepted
        ),
        (
            server("lb_kind NAT\n lb_algo rr\n persistence_granularity 255.255.255.0"),
            .accepted
        ),
        (group("10.99.0.300 80"), .refused("wanted an address and a port")),
        (server("lb_kind NAT\n lb_algo rr", "group no"), .unsupported("is defined 0 times")),
    ]

    private static func server(_ lines: String, _ head: String = "10.99.0.240 80") -> String {
        "virtual_server \(head) {\n protocol TCP\n \(lines)\n real_server 10.99.0.9 80 {\n }\n}\n"
    }

    private static func group(_ lines: String) -> String {
        "virtual_server_group web {\n \(lines)\n}\n" + server("lb_kind NAT\n lb_algo rr", "group web")
    }

    private static func instance(_ lines: String) -> String {
        """
        vrrp_instance a {
            interface eth0
            virtual_router_id 51
            \(lines)
            virtual_ipaddress {
                10.99.0.240
            }
        }
        """
    }

    @Test("are judged like keepalived does, or there is a reason")
    func verdicts() throws {
        let network = try TestNetwork(nodes: ["a"])
        let texts =
            Self.instances.map { (Self.instance($0.lines), $0.verdict) }
            + Self.files.map { ($0.text.replacing("INSTANCE", with: Self.instance("")), $0.verdict) }
        let file = network.directory.appendingPathComponent("keepalived.conf")
        let enter = ["ip", "netns", "exec", network.namespace("a")]
        for (text, verdict) in texts {
            try Data(text.utf8).write(to: file)
            let keepalived = try run(
                enter + [Speaker.keepalivedPath, "-t", "-f", file.path],
                expecting: nil
            )
            let check = enter + [agentPath, "--check", "-f", file.path]
            let agent = try run(check, expecting: nil)
            let lenient = try run(check + ["--lenient"], expecting: nil).status == 0
            let said = "\(text)\n\(agent.output)\nkeepalived: \(keepalived.output)"
            let wanted: (keepalived: Bool, agent: Bool, lenient: Bool, text: String)
            switch verdict {
            case .accepted: wanted = (true, true, true, "")
            case .warned(let text): wanted = (false, true, true, text)
            case .lenient(let text): wanted = (false, false, true, text)
            case .refused(let text): wanted = (false, false, false, text)
            case .unsupported(let text): wanted = (true, false, false, text)
            case .better: wanted = (false, true, true, "")
            }
            #expect((keepalived.status == 0) == wanted.keepalived, "\(said)")
            #expect((agent.status == 0) == wanted.agent && lenient == wanted.lenient, "\(said)")
            #expect(wanted.text.isEmpty || agent.output.contains(wanted.text), "\(said)")
        }
    }
}
