import HostInventory
import Testing

@Suite("Host patterns")
struct PatternTests {
    let inventory: Inventory

    init() throws {
        inventory = try Inventory(
            parsing: """
                lone
                fe80::1
                [balancers]
                b1
                b2
                [servers]
                s1
                s2
                s3
                b2
                [web:children]
                servers
                """,
            file: "hosts.ini"
        )
    }

    @Test(
        "choose hosts",
        arguments: [
            ("all", "lone fe80::1 b1 b2 s1 s2 s3"), ("*", "lone fe80::1 b1 b2 s1 s2 s3"),
            ("balancers", "b1 b2"),
            ("web", "s1 s2 s3 b2"), ("servers:balancers", "s1 s2 s3 b2 b1"), ("b1,s1", "b1 s1"),
            ("balancers:&servers", "b2"), ("balancers:!servers", "b1"), ("!servers:balancers", "b1"),
            ("!servers", "lone fe80::1 b1"), ("s*", "s1 s2 s3 b2"), ("?2", "b2 s2"), ("s[!2]", "s1 s3"),
            ("servers[0]", "s1"), ("servers[-1]", "b2"), ("servers[1:2]", "s2 s3"), ("servers[2:]", "s3 b2"),
            ("servers[1:99]", "s2 s3 b2"), ("servers[1:2]:&s2", "s2"), ("fe80::1", "fe80::1"),
            ("~[bs]1", "b1 s1"), ("~s(1|2)$:b1", "s1 s2 b1"), ("~^s.$:!s1", "s2 s3"), ("~(?:s|b)1", "b1 s1"),
            ("ungrouped", "lone fe80::1"), ("nothing*", ""),
            ("b1,\u{64E}*,b2", "b1 b2"),
            ("all:!~b\\d", "lone fe80::1 s1 s2 s3"), (" b1 , b2 ", "b1 b2"), ("b[1-1]*", "b1"),
            ("servers[3:1]", ""), ("b[:2]", "b2"), ("servers[-2:]", ""), ("s*[1:2]", "s2 s3"),
        ]
    )
    func matching(pattern: String, names: String) throws {
        #expect(try inventory.hosts(matching: Pattern(pattern)).map(\.name).joined(separator: " ") == names)
    }

    @Test(
        "name what is wrong with them",
        arguments: [
            (
                "balancer",
                "host pattern 'balancer': hosts.ini has no group or host 'balancer' (its groups are balancers, servers, web); did you mean 'balancers'?"
            ),
            (
                "all:!xyzzy",
                "host pattern 'all:!xyzzy': hosts.ini has no group or host 'xyzzy' (its groups are balancers, servers, web)"
            ),
            (
                "balancers[2]",
                "host pattern 'balancers[2]': there is no balancers[2]: 'balancers' has 2 hosts"
            ),
            (
                "balancers[2:5]",
                "host pattern 'balancers[2:5]': balancers[2:…] is empty: 'balancers' has 2 hosts"
            ),
            ("", "host pattern '': is empty; 'all' means every host"),
            ("a:!", "host pattern 'a:!': nothing follows '!'"),
            (
                "b1:\u{64E}cer",
                "host pattern 'b1:\u{64E}cer': hosts.ini has no group or host '\u{64E}cer' (its groups are balancers, servers, web)"
            ),
            ("s[0:!s1", "host pattern 's[0:!s1': the '[' in 's[0:!s1' is never closed"),
            (
                "servers[1-3]",
                "host pattern 'servers[1-3]': 'servers[1-3]' may mean positions or digits; write servers[1:3] or each digit"
            ),
            ("~s(", "host pattern '~s(': '~s(' is no regular expression: expected ')'"),
        ]
    )
    func errors(pattern: String, text: String) {
        #expect(message { try inventory.hosts(matching: Pattern(pattern)) } == text)
    }
}
