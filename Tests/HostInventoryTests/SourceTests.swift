import Foundation
import HostInventory
import Testing

@Suite("Inventory sources")
struct SourceTests {
    private static let yaml = """
        all:
          vars: {level: 0, mode: 0644}
          hosts:
            lone:
          children:
            balancers:
              hosts:
                pi[1:2]: {weight: 5}
                pi2:2222:
                  weight: 7
              vars:
                level: 1
            cluster:
              children:
                balancers:
        """

    @Test("YAML has the hosts, groups, ranges, ports and variables of Ansible's format, with their lines")
    func yaml() throws {
        let folder = try Folder(["hosts.yml": Self.yaml])
        let inventory = try Inventory(contentsOf: folder.path + "/hosts.yml")
        #expect(inventory.hosts.map(\.name) == ["lone", "pi1", "pi2"])
        #expect(inventory.host(named: "lone")?.groups == ["all", "ungrouped"])
        #expect(inventory.group(named: "all")?.children == ["ungrouped", "balancers", "cluster"])
        let pi2 = try #require(inventory.host(named: "pi2"))
        #expect(pi2.groups == ["all", "cluster", "balancers"])
        #expect(pi2.vars.variable("ansible_port")?.value == 2222)
        #expect(pi2.vars.variable("weight")?.location.line == 10)
        #expect(try pi2.vars["level"] == 1)
        // An octal number to Ansible; its text is what was written.
        #expect(pi2.vars.variable("mode")?.value == 0o644)
        #expect(pi2.vars.variable("mode")?.text == "0644")
        let weights = inventory.definitions(of: "weight", for: pi2)
        #expect(weights.map { "\($0.variable.location.line): \($0.variable.value)" } == ["8: 5", "10: 7"])
    }

    @Test(
        "plain scalars mean what YAML 1.1 says",
        arguments: [
            ("yes", .bool(true)), ("Off", .bool(false)), ("y", "y"), ("~", .null), ("", .null),
            ("12", 12), ("-0x1F", -31), ("0b101", 5), ("010", 8), ("08", "08"), ("1_000", 1000),
            ("1:30", 90), ("10:00:00", 36000), ("52:54:00", 190440), ("1.5", 1.5), ("-.5", -0.5),
            ("1e3", "1e3"), ("1.0e+3", 1000.0), ("10.42.0.1", "10.42.0.1"), ("1.", 1.0), (".", "."),
            ("'12'", "12"), ("!!str 12", "12"), ("2026-01-01", "2026-01-01"),
            ("99999999999999999999", "99999999999999999999"),
            ("[1, a]", [1, "a"]), ("{a: 1}", ["a": 1]),
        ] as [(String, Value)]
    )
    func scalars(text: String, value: Value) throws {
        let folder = try Folder(["h.yml": "all: {hosts: {h: }, vars: {v: \(text)}}"])
        let host = try #require(try Inventory(contentsOf: folder.path + "/h.yml").hosts.first)
        #expect(host.vars.variable("v")?.value == value)
    }

    @Test(
        "dates with a time are those that Ansible shows",
        arguments: [
            ("2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43.100000-05:00"),
            ("2001-12-14 21:59:43 Z", "2001-12-14T21:59:43+00:00"), ("2001-12-14", "2001-12-14"),
            ("2001-2-4 1:59:43 +5", "2001-02-04T01:59:43+05:00"),
            ("\"2001-12-14 21:59:43\"", "2001-12-14 21:59:43"),
            ("2001-12-14 21:59", "2001-12-14 21:59"),
        ]
    )
    func times(text: String, value: String) throws {
        let variables = try Inventory.variables(parsing: "v: \(text)", file: "v.yml", options: .init())
        #expect(variables.map(\.value) == [.string(value)])
    }

    @Test("what is merged with << yields to what is written out")
    func merging() throws {
        let text = "all:\n  hosts:\n    a: &a {x: 1, y: 2}\n    b:\n      <<: *a\n      y: 3\n"
        let folder = try Folder(["h.yml": text])
        let host = try #require(try Inventory(contentsOf: folder.path + "/h.yml").host(named: "b"))
        #expect(host.vars.map { "\($0.name)=\($0.value)" } == ["x=1", "y=3"])
    }

    @Test("group_vars and host_vars override inventory files, in Ansible's order")
    func folders() throws {
        let folder = try Folder([
            "hosts.ini": "[web]\nh a=host b=host\n[web:vars]\na=web\nb=web\nc=web\nd=web\ne=web\n",
            "group_vars/all.yml": "c: all file\nd: all file\n",
            "group_vars/web/10-first.yml": "d: first\nf: first\n", "group_vars/web/20-second": "f: second\n",
            "group_vars/web/.hidden.yml": "f: hidden\n", "group_vars/web/notes.txt": "not: [read",
            "host_vars/h.json": #"{"b": "host file", "smile": "\ud83d\ude00"}"#,
            "group_vars/wab.yml": "x: 1\n",
        ])
        let inventory = try Inventory(contentsOf: folder.path + "/hosts.ini")
        let host = try #require(inventory.hosts.first)
        let values = host.vars.map { "\($0.name)=\($0.text)" }
        #expect(
            values == ["a=host", "b=host file", "c=all file", "d=first", "e=web", "f=second", "smile=😀"]
        )
        let definitions = inventory.definitions(of: "d", for: host)
        #expect(definitions.map(\.group) == ["web", "all", "web"])
        #expect(definitions.map { $0.variable.location.line } == [7, 2, 1])
        #expect(
            inventory.warnings.map(\.description).contains {
                $0.contains("wab.yml: belongs to nobody; did you mean 'web'")
            }
        )
    }

    @Test("the sources of a directory are merged in the order of their names")
    func directory() throws {
        let folder = try Folder([
            "a.ini": "[g]\nh1 v=1\n", "b.yml": "g: {hosts: {h2: }}\nall: {hosts: {h1: {v: 2}}}", "c.md": "[",
            "d/hosts": "g:\n  hosts:\n    h3:\n", "group_vars/g": "seen: true\n", "e.bak": "[",
        ])
        let inventory = try Inventory(contentsOf: folder.path)
        #expect(try inventory.hosts(matching: "g").map(\.name) == ["h1", "h2", "h3"])
        #expect(try inventory.hosts.allSatisfy { try $0.vars["seen"] })
        #expect(try inventory.hosts[0].vars["v"] == 2)
    }

    @Test("scripts are asked with --list, and with --host where they give no _meta")
    func scripts() throws {
        let folder = try Folder([
            "one":
                "#!/bin/sh\necho '{\"g\": {\"hosts\": [\"h1\"], \"vars\": {\"v\": 1}, \"children\": [\"k\"]}, \"k\": [\"h2\"],",
            "two": """
            #!/bin/sh
            case $1 in
            --list) echo '{"g": {"hosts": ["h1"], "vars": {"v": 1e1}}, "k": ["h2"], "h3": {"v": 3}}';;
            --host) echo "{\\"name\\": \\"$2\\"}";;
            esac
            """,
            "slow": "#!/bin/sh\nexec sleep 60\n", "bad": "#!/bin/sh\necho gone >&2\nexit 3\n",
            "killed": "#!/bin/sh\nkill -9 $$\n",
        ])
        let inventory = try Inventory(contentsOf: folder.path + "/two")
        #expect(try inventory.hosts.map { try $0.vars["name"] as String } == ["h1", "h2", "h3"])
        #expect(inventory.hosts[0].vars.variable("v")?.value == 10.0)
        #expect(inventory.host(named: "h3")?.groups == ["all", "h3"])
        #expect(try inventory.host(named: "h3")?.vars["v"] == 3)
        #expect(folder.problem("one").hasPrefix("one --list:"))
        #expect(folder.problem("bad") == "bad --list: ended with status 3: gone")
        #expect(folder.problem("killed") == "killed --list: was ended by signal 9")
        var options = Inventory.SourceOptions()
        options.scriptDeadline = .milliseconds(300)
        #expect(folder.problem("slow", options: options).contains("gave no answer within 0.3 seconds"))
    }

    @Test(
        "what is wrong is said with file and line",
        arguments: [
            ("all:\n  hosts: [a]\n", "h.yml:2:3: 'hosts' of group 'all' is a dictionary, found a list"),
            ("- a\n", "h.yml:1:1: an inventory is a dictionary of groups, found a list"),
            (
                "g:\n  host:\n    a: {b: 1}\n",
                "h.yml:2:3: 'host' in group 'g' is none of hosts, vars and children; did you mean 'hosts'?"
            ),
            ("g:\n  hosts:\n    a[1: 3\n", "h.yml:3:5: host 'a[1': the range has no closing ']'"),
            ("g: {hosts: {a: }}\ng: {}\n", "h.yml:1:1: the key 'g' is there twice"),
            (
                "all:\n  vars:\n    p: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n      00\n",
                "h.yml:3:8: is encrypted, and no vault password was given"
            ),
            (
                "plugin: aws_ec2\n",
                "h.yml:1:1: configures an inventory plugin of Ansible, which Apus does not run; use a script instead"
            ),
            ("a:\n  hosts:\n    x: {b: *no}\n", "h.yml:3:12: is not YAML: found undefined alias"),
            (
                "a: {hosts: {h: {v: !!python/none x}}}\n",
                "h.yml:1:20: the tag tag:yaml.org,2002:python/none is not supported; there are !vault and !unsafe"
            ),
        ]
    )
    func problems(text: String, message: String) throws {
        #expect(try Folder(["h.yml": text]).problem("h.yml") == message)
    }

    @Test("localhost is there for those who name it, and only for them")
    func localhost() throws {
        let inventory = try Inventory(parsing: "h\n[all:vars]\nv=1\n", file: "hosts.ini")
        let host = try #require(try inventory.hosts(matching: "localhost").first)
        #expect(try host.connection.kind == "local")
        #expect(try host.vars["v"] == 1)
        #expect(try inventory.hosts(matching: "all").map(\.name) == ["h"])
    }

    @Test("--limit takes patterns from files, and a host list is an inventory")
    func limit() throws {
        let folder = try Folder(["hosts.txt": "# failed\na\n\nb\n"])
        let inventory = try Inventory(contentsOf: "a,b:2222,c[1:2],")
        #expect(inventory.hosts.map(\.name) == ["a", "b", "c1", "c2"])
        let pattern = try Pattern.limit("c*,@\(folder.path)/hosts.txt,!b")
        #expect(try inventory.hosts(matching: pattern).map(\.name) == ["c1", "c2", "a"])
    }
}
