import KeepalivedConfiguration
import Testing

@Suite("Errors in configurations")
struct ErrorTests {
    @Test(
        "say where, what was wanted and what was found",
        arguments: [
            ("priorty 100", "7:5: unknown keyword 'priorty' in vrrp_instance; did you mean 'priority'?"),
            ("xyzzy", "7:5: unknown keyword 'xyzzy' in vrrp_instance"),
            ("priority 256", "7:14: 'priority' wants a number from 1 to 255, found '256'"),
            ("priority 0", "7:14: 'priority' wants a number from 1 to 255, found '0'"),
            ("priority", "7:5: 'priority' wants a value"),
            ("priority 1 2", "7:16: unexpected word '2' after 'priority'"),
            ("virtual_router_id x", "7:23: 'virtual_router_id' wants a number from 1 to 255, found 'x'"),
            ("state master", "7:11: 'state' wants MASTER or BACKUP, found 'master'"),
            ("state BACKP", "7:11: 'state' wants MASTER or BACKUP, found 'BACKP'; did you mean 'BACKUP'?"),
            ("advert_int 0", "7:16: 'advert_int' wants seconds from 0.01 to 255, found '0'"),
            ("advert_int 1s", "7:16: 'advert_int' wants seconds from 0.01 to 255, found '1s'"),
            ("version 3\nadvert_int 41", "8:12: 'advert_int' of version 3 is at most 40.95 seconds"),
            ("version 4", "7:13: 'version' wants a number from 2 to 3, found '4'"),
            ("preempt_delay 1001", "7:19: 'preempt_delay' wants seconds from 0 to 1000, found '1001'"),
            ("track_script {\n chk\n}", "8:2: vrrp_instance 'VI_1' tracks the undefined script 'chk'"),
            (
                "track_script {\n chk weight 254\n}",
                "8:13: 'weight' wants a number from -253 to 253, found '254'\nk.conf:8:2: vrrp_instance 'VI_1' tracks the undefined script 'chk'"
            ),
            (
                "virtual_ipaddress {\n 10.0.0.256\n}",
                "8:2: wanted a virtual address such as 10.0.0.1/24, found '10.0.0.256'"
            ),
            ("virtual_ipaddress {\n 10.0.0.2/33\n}", "8:2: the prefix length goes from 0 to 32, found '33'"),
            (
                "virtual_ipaddress {\n 10.0.0.2 lable x\n}",
                "8:11: unknown option 'lable' of a virtual address; did you mean 'label'?"
            ),
            ("virtual_ipaddress {\n 10.0.0.2 dev\n}", "8:11: 'dev' wants a value"),
            ("virtual_ipaddress {\n 10.0.0.1/24\n}", "8:2: vrrp_instance 'VI_1': 10.0.0.1 is listed twice"),
            (
                "virtual_ipaddress {\n fe80::1\n}",
                "8:2: vrrp_instance 'VI_1' mixes IPv4 and IPv6 addresses; make an instance for each, or exclude some"
            ),
            ("virtual_ipaddress {\n 10.0.0.2 {\n}\n}", "8:11: no block is expected here"),
            ("authentication {\n auth_type PASS\n}", "7:5: 'authentication' has no 'auth_pass'"),
            ("authentication {\n auth_pass x\n}", "7:5: 'authentication' has no 'auth_type'"),
            (
                "authentication {\n auth_type AH\n auth_pass x\n}",
                "8:12: 'auth_type AH' is not supported by this agent yet"
            ),
            (
                "version 3\nauthentication {\n auth_type PASS\n auth_pass x\n}",
                "8:1: VRRP version 3 has no authentication (RFC 9568 §9)"
            ),
            ("authentication", "7:5: 'authentication' wants a block '{ … }'"),
            ("nopreempt {\n}", "7:15: 'nopreempt' takes no block"),
            ("track_file {\n x\n}", "7:5: 'track_file' is not supported by this agent yet"),
            (
                "track_process {\n haproxi\n}",
                "8:2: vrrp_instance 'VI_1' tracks the undefined process 'haproxi'"
            ),
            (
                "track_interface {\n eth1\n eth2\n eth1 weight 3\n}",
                "10:2: vrrp_instance 'VI_1' tracks the interface 'eth1' twice"
            ),
            ("virtual_routes {\n via 10.0.0.9\n}", "8:2: this route has no destination"),
            ("virtual_routes {\n 10.1.0.0/33\n}", "8:2: the prefix length goes from 0 to 32, found '33'"),
            (
                "virtual_routes {\n default via fe80::1 src 10.0.0.1\n}",
                "8:2: vrrp_instance 'VI_1': 10.0.0.1 is of another address family than the route's destination"
            ),
            (
                "virtual_routes {\n default vai 10.0.0.9\n}",
                "8:10: 'vai' of a route is not supported by this agent; did you mean 'via'?"
            ),
            ("notify \"'x\"", "7:12: a quote in this command is never closed"),
            ("notify \"\"", "7:12: the command is empty"),
            ("notify \"x", "7:12: this quote is never closed"),
            ("unicast_peer {\n 10.0.0.x\n}", "8:2: wanted an IPv4 or IPv6 address, found '10.0.0.x'"),
            (
                "unicast_peer {\n 10.0.0.2 min_ttl 3 max_ttl 256\n}",
                "8:29: 'max_ttl' wants a number from 0 to 255, found '256'"
            ),
            (
                "unicast_peer {\n 10.0.0.2 min_ttl 3 max_ttl 2\n}",
                "8:2: 'min_ttl' 3 is above 'max_ttl' 2: nothing would be accepted"
            ),
            ("unicast_peer {\n 10.0.0.2 min_ttl\n}", "8:11: 'min_ttl' wants a value"),
            (
                "unicast_peer {\n 10.0.0.2 mix_ttl 3\n}",
                "8:11: unknown option 'mix_ttl' of a unicast peer; did you mean 'min_ttl'?"
            ),
            (
                "interface abcdefghijklmnop",
                "1:1: vrrp_instance 'VI_1': 'abcdefghijklmnop' is too long for an interface (15 bytes)"
            ),
            ("$X=1", "7:5: variables and conditions ('$', '@') are not supported by this agent yet"),
            (
                "mcast_src_ip fe80::2",
                "1:1: vrrp_instance 'VI_1': fe80::2 is of another address family than the virtual addresses"
            ),
            (
                "é priority 0",
                "7:5: unknown keyword 'é' in vrrp_instance\nk.conf:7:16: 'priority' wants a number from 1 to 255, found '0'"
            ),
        ]
    )
    func inInstance(line: String, message: String) {
        #expect(errors(in: instance(line)) == "k.conf:\(message)")
    }

    @Test(
        "of whole files say where",
        arguments: [
            (
                "",
                "k.conf:1:1: the file defines neither a vrrp_instance nor a virtual_server: there is nothing to do"
            ),
            ("vrrp_instance {\n}", "k.conf:1:1: 'vrrp_instance' wants a name"),
            (
                "vrrp_instance a {\n",
                "k.conf:1:17: this '{' is never closed\nk.conf:1:1: vrrp_instance 'a' has no 'interface'\nk.conf:1:1: vrrp_instance 'a' has no 'virtual_router_id'\nk.conf:1:1: vrrp_instance 'a' has no 'virtual_ipaddress'"
            ),
            (instance("") + "\n}", "k.conf:9:1: this '}' closes nothing"),
            (instance("") + "\n{ x }", "k.conf:9:1: this block belongs to no keyword"),
            (instance("") + "\n" + instance(""), "k.conf:9:1: vrrp_instance 'VI_1' is defined twice"),
            (
                instance("")
                    + "\nvrrp_instance b { interface eth0 virtual_router_id 51 virtual_ipaddress { 10.0.0.9 } }",
                "k.conf:9:1: vrrp_instance 'b' has the virtual router ID 51 of 'VI_1' on eth0"
            ),
            (
                instance("use_vmac")
                    + "\nvrrp_instance b { interface eth1 virtual_router_id 51 use_vmac virtual_ipaddress { 10.0.0.9 } }",
                "k.conf:9:1: vrrp_instance 'b' and 'VI_1' would share the interface 'vrrp.51'; give one of them a name of its own: use_vmac NAME"
            ),
            (
                instance("") + "\nvrrp_scrip x {\n}",
                "k.conf:9:1: unknown keyword 'vrrp_scrip' at the top level; did you mean 'vrrp_script'?"
            ),
            (instance("") + "\nvrrp_script x {\n}", "k.conf:9:1: vrrp_script 'x' has no 'script' to run"),
            (
                instance("") + "\nvrrp_script x {\n script a\n interval -1\n weight 300\n rise 0\n}",
                "k.conf:11:11: 'interval' wants seconds from 0 to 86400, found '-1'\nk.conf:12:9: 'weight' wants a number from -253 to 253, found '300'\nk.conf:13:7: 'rise' wants a number from 1 to 1000, found '0'"
            ),
            (
                instance("") + "\nvrrp_script x { script a }\nvrrp_script x { script b }",
                "k.conf:10:1: vrrp_script 'x' is defined twice"
            ),
            (
                instance("") + "\nvrrp_track_process x {\n process /usr/sbin/haproxy\n}",
                "k.conf:9:1: vrrp_track_process 'x': '/usr/sbin/haproxy' must be the program's file name, without its folder and arguments"
            ),
            (
                instance("") + "\nvrrp_track_process x {\n quorum 0\n}",
                "k.conf:10:9: 'quorum' wants a number from 1 to 256, found '0'\nk.conf:9:1: vrrp_track_process 'x' has no process to watch"
            ),
            (
                instance("") + "\nvrrp_sync_group g { group { VI_2 } }",
                "k.conf:9:1: vrrp_sync_group 'g' has the undefined instance 'VI_2'; did you mean 'VI_1'?"
            ),
            (
                instance("") + "\nvrrp_sync_group g { group { VI_1 VI_1 } }",
                "k.conf:9:1: vrrp_sync_group 'g': 'VI_1' is a member already, here or of a group above"
            ),
            (
                instance("") + "\nglobal_defs {\n vrrp_ipset\n}",
                "k.conf:10:2: unknown keyword 'vrrp_ipset' in global_defs; did you mean 'vrrp_ipsets'?"
            ),
            (
                instance("") + "\nglobal_defs {\n enable_dbus\n}",
                "k.conf:10:2: 'enable_dbus' is not supported by this agent yet"
            ),
            (instance("") + "\ninclude k.conf", "k.conf:9:9: 'k.conf' includes itself"),
            (instance("") + "\ninclude", "k.conf:9:1: 'include' wants a file or a pattern"),
            (instance("") + "\nincluder x", "k.conf:9:10: no file matches 'x'"),
            (instance("") + "\ninclude gone.conf", "k.conf:9:9: 'gone.conf' cannot be read"),
            (
                instance("") + "\ninclude sub/a.conf",
                "sub/b.conf:1:1: unknown keyword 'bogus' at the top level"
            ),
        ]
    )
    func inFile(text: String, message: String) {
        let contents = FileAccess(
            read: { path in
                switch path {
                case "sub/a.conf": Array("include b.conf".utf8)
                case "sub/b.conf": Array("bogus".utf8)
                case "k.conf": []
                default: nil
                }
            },
            glob: { $0.hasSuffix(".conf") ? [$0] : [] }
        )
        #expect(errors(in: text, files: contents) == message)
    }

    @Test("a password is in no error, no warning and no description")
    func hiddenPassword() throws {
        let text = instance("authentication {\n auth_type PASS\n auth_pass hunter2hunter2\n}")
        let configuration = try parse(text)
        #expect(
            configuration.warnings.map(\.description)
                == ["k.conf:9:12: only the first 8 bytes of 'auth_pass' count (RFC 2338); this one has 14"]
        )
        var shown = "\(configuration)"
        dump(configuration, to: &shown)
        shown += errors(in: instance("authentication {\n auth_type PASS\n auth_pass x hunter2\n}"))
        #expect(!shown.contains("hunter2"))
        #expect(configuration.rendered().contains("auth_pass hunter2h\n"))
    }

    @Test(
        "what works and is not what it seems is warned of",
        arguments: [
            (
                "nopreempt\nstate MASTER",
                "k.conf:7:5: 'nopreempt' has no effect with 'state MASTER'; use BACKUP"
            ),
            ("nopreempt\npreempt_delay 5", "k.conf:8:1: 'preempt_delay' has no effect with 'nopreempt'"),
            ("advert_int 0.1", "k.conf:7:16: 'advert_int' is rounded to 1 s, as version 2 of VRRP sends it"),
            (
                "version 3\nadvert_int 0.123",
                "k.conf:8:12: 'advert_int' is rounded to 0.12 s, as version 3 of VRRP sends it"
            ),
            ("priority 5\npriority 6", "k.conf:8:1: 'priority' is set a second time; this one counts"),
            (
                "priority 5#0",
                "k.conf:7:15: a comment starts inside of a word; put the word in quotes if this belongs to it"
            ),
            ("debug 4", "k.conf:7:5: 'debug' has no effect in this agent"),
        ]
    )
    func warnings(line: String, message: String) throws {
        #expect(try parse(instance(line)).warnings.map(\.description) == [message])
    }
}
