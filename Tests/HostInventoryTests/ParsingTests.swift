import HostInventory
import Testing

@Suite("INI inventories")
struct ParsingTests {
    @Test("hosts keep the order of the file, whatever group they are in")
    func order() throws {
        let inventory = try Inventory(
            parsing: "alone\n[b]\nz\ny\n[a]\nx\nz\n",
            file: "hosts.ini"
        )
        #expect(inventory.hosts.map(\.name) == ["alone", "z", "y", "x"])
        #expect(
            inventory.hosts.map(\.groups) == [
                ["all", "ungrouped"], ["all", "a", "b"], ["all", "b"], ["all", "a"],
            ]
        )
        #expect(inventory.groups.map(\.name) == ["all", "ungrouped", "b", "a"])
        #expect(inventory.hosts[1].location.description == "hosts.ini:3")
    }

    @Test(
        "ranges, ports and addresses expand as Ansible's do",
        arguments: [
            ("web[01:03]", ["web01", "web02", "web03"]),
            ("web[8:11]", ["web8", "web9", "web10", "web11"]),
            ("web[0:10:5].lan", ["web0.lan", "web5.lan", "web10.lan"]),
            ("db-[a:d:2]", ["db-a", "db-c"]),
            ("r[1:2]-[a:b]", ["r1-a", "r1-b", "r2-a", "r2-b"]),
            ("10.0.0.[1:2]", ["10.0.0.1", "10.0.0.2"]),
            ("2001:db8::1", ["2001:db8::1"]),
            ("[2001:db8::1]", ["2001:db8::1"]),
            ("n[:2]", ["n0", "n1", "n2"]),
        ]
    )
    func ranges(line: String, names: [String]) throws {
        let inventory = try Inventory(parsing: "[g]\n\(line) x=1\n", file: "hosts.ini")
        #expect(inventory.hosts.map(\.name) == names)
    }

    @Test(
        "a port after the name is the variable ansible_port",
        arguments: [
            ("web:2222", "web", 2222), ("[2001:db8::1]:23", "2001:db8::1", 23),
            ("10.0.0.1:24", "10.0.0.1", 24),
            ("w[1:1]:25", "w1", 25),
        ]
    )
    func ports(line: String, name: String, port: Int) throws {
        let host = try #require(try Inventory(parsing: line, file: "hosts.ini").hosts.first)
        #expect(host.name == name)
        #expect(host.variables.variable("ansible_port")?.value == .int(port))
    }

    @Test(
        "values on host lines are split as a shell would, then read as Python literals",
        arguments: [
            ("v=101", .int(101)), ("v=-5", .int(-5)), ("v=0x1f", .int(31)), ("v=1_000", .int(1000)),
            ("v=007", "007"), ("v=0", .int(0)), ("v=1.5", .double(1.5)), ("v=1e3", .double(1000)),
            ("v=10.42.0.240", "10.42.0.240"), ("v=True", .bool(true)), ("v=true", "true"), ("v=yes", "yes"),
            ("v=None", .null), ("v=\"two words\"", "two words"), ("v='101'", .int(101)),
            ("v='\"101\"'", "101"), ("v=\"[1, 'b', None]\"", .list([1, "b", nil])),
            ("v=[1,2]", .list([1, 2])),
            ("v=80,443", .list([80, 443])), ("v=\"(1,)\"", .list([1])), ("v=\"(1)\"", .int(1)),
            ("v=\"{'a': 1, 'b': [True]}\"", .dictionary(["a": 1, "b": [true]])), ("v=", ""),
            ("v=a#b", "a"), ("v='a#b'", "a#b"), ("v=a\\ b", "a b"), ("v=a=b", "a=b"), ("v=[1,x]", "[1,x]"),
            ("v=99999999999999999999", "99999999999999999999"), ("v=ü", "ü"), ("v=\"'a' 'b'\"", "ab"),
            ("v=\"r'\\\\n'\"", "\\n"), ("v=\"'\\\\x41\\\\u00fc'\"", "Aü"), ("v=-", "-"), ("v=1.2.3", "1.2.3"),
            ("v=1__0", "1__0"), ("v=.5", .double(0.5)), ("v=1e", "1e"), ("v=Trueish", "Trueish"),
            ("v=\" 5\"", .int(5)), ("v=\"- 1\"", .int(-1)), ("v=80,", .list([80])),
            ("v=--1", "--1"), ("v=00", .int(0)), ("v=0777", "0777"), ("v=\"b'x'\"", "x"),
            ("v=\"{1, 2}\"", .list([1, 2])),
        ] as [(String, Value)]
    )
    func values(assignment: String, value: Value) throws {
        #expect(try variables(assignment).variable("v")?.value == value)
    }

    @Test("values of :vars keep blanks and quotes inside; a comment may follow a literal only")
    func groupValues() throws {
        let text = """
            h
            [all:vars]
            a = two words # kept
            b = "quoted" # dropped
            c=5 # dropped
            d = it's
            """
        let variables = try Inventory(parsing: text, file: "hosts.ini").hosts[0].variables
        #expect(variables.map(\.value) == ["two words # kept", "quoted", 5, "it's"])
        #expect(variables.variable("c")?.text == "5")
    }

    @Test("child groups override parents, hosts override groups, priority decides between equals")
    func precedence() throws {
        let text = """
            h who=host
            [child]
            h
            [uncle]
            h
            [strong]
            h
            [parent:children]
            child
            [all:vars]
            who=all
            a=all
            b=all
            c=all
            d=all
            [parent:vars]
            b=parent
            c=parent
            [child:vars]
            c=child
            [uncle:vars]
            d=uncle
            [strong:vars]
            d=strong
            ansible_group_priority=10
            [zebra]
            h
            [zebra:vars]
            d=zebra
            """
        let inventory = try Inventory(parsing: text, file: "hosts.ini")
        let host = inventory.hosts[0]
        #expect(host.groups == ["all", "parent", "uncle", "zebra", "strong", "child"])
        let read = try ["who", "a", "b", "c", "d"].map { try host.vars.value($0, as: String.self) }
        #expect(read == ["host", "all", "parent", "child", "strong"])
        #expect(inventory.definitions(of: "c", for: host).map(\.group) == ["all", "parent", "child"])
    }

    @Test(
        "what is wrong is said with file, line and column",
        arguments: [
            (
                "[g:kids]\nx",
                "hosts.ini:1:1: section [g:kids] is of an unknown kind 'kids'; wanted [g], [g:children] or [g:vars]"
            ),
            (
                "\n[g:childern]",
                "hosts.ini:2:1: section [g:childern] is of an unknown kind 'childern'; wanted [g], [g:children] or [g:vars]; did you mean 'children'?"
            ),
            (
                "[servers]\n[a:children]\n server",
                "hosts.ini:3:2: section [a:children] includes the undefined group 'server'; did you mean 'servers'?"
            ),
            (
                "[a:vars]\nx=1",
                "hosts.ini:1:1: section [a:vars] sets variables of a group that no section defines"
            ),
            (
                "[a:children]\nb\n[b:children]\nc\n[c:children]\na",
                "hosts.ini:6:1: group 'a' contains itself: a → b → c → a"
            ),
            ("[a:children]\na", "hosts.ini:2:1: group 'a' contains itself: a → a"),
            ("[a:children]\nall", "hosts.ini:2:1: group 'all' contains itself: all → a → all"),
            ("w[5:1]", "hosts.ini:1:1: the range [5:1] ends before it begins"),
            ("w[1:2", "hosts.ini:1:1: the range has no closing ']'"),
            (
                "w[01:100]",
                "hosts.ini:1:1: the range [01:100] starts with a zero, so both ends need equally many digits"
            ),
            ("w[a:3]", "hosts.ini:1:1: the range [a:3] must go between two numbers or two single letters"),
            ("w[1:9:0]", "hosts.ini:1:1: the step of the range [1:9:0] must be a number above 0"),
            ("w[1:9999999]", "hosts.ini:1:1: the range [1:9999999] makes more than 65536 hosts"),
            ("w:99999", "hosts.ini:1:1: the port must be a number from 1 to 65535, found '99999'"),
            ("  é a=1 a=2", "hosts.ini:1:9: variable 'a' is set twice on this line"),
            (
                "w a = 1",
                "hosts.ini:1:3: wanted name=value, without blanks around '=', found 'a'\nhosts.ini:1:5: wanted name=value, without blanks around '=', found something else\nhosts.ini:1:7: wanted name=value, without blanks around '=', found '1'"
            ),
            ("w x='abc", "hosts.ini:1:5: this quote ' is never closed"),
            ("w x=abc\\", "hosts.ini:1:8: nothing follows this backslash"),
            ("[g:vars]\nx\n[g]", "hosts.ini:2:1: wanted name=value in a [...:vars] section"),
            ("[web servers]", "hosts.ini:1:1: a section's name has no blanks, found '[web servers]'"),
            ("[web", "hosts.ini:1:1: the section has no closing ']'"),
            (
                "[g]\n[g:vars]\nansible_group_priority=high",
                "hosts.ini:3: ansible_group_priority must be a number, found 'high'"
            ),
            ("[]", "hosts.ini:1:1: the section has no name"),
        ]
    )
    func errors(text: String, message: String) {
        #expect(problem(in: text) == message)
    }

    @Test("a stray password is not shown in an error")
    func hiddenWord() {
        let shown = problem(in: "w ansible_become_password = hunter2")
        #expect(!shown.contains("hunter2"))
        #expect(shown.contains("hosts.ini:1:29"))
    }

    @Test("byte order marks, carriage returns, comments and blank lines are no hosts")
    func noise() throws {
        let text = "\u{FEFF}# a\r\n; b\r\n\r\n[g]  # group\r\nx a=1 # note\r\n"
        let inventory = try Inventory(parsing: text, file: "hosts.ini")
        #expect(inventory.hosts.map(\.name) == ["x"])
        #expect(inventory.group(named: "g")?.hosts == ["x"])
    }

    @Test("a variable set twice in a section, and odd names, are warned of")
    func warnings() throws {
        let text = "h my-var=1\n[all:vars]\na=1\na=2\n[h]\n"
        let inventory = try Inventory(parsing: text, file: "hosts.ini")
        #expect(
            inventory.warnings.map(\.description) == [
                "hosts.ini:1:3: 'my-var' is no variable name for Ansible; 'my_var' would be one",
                "hosts.ini:4:1: variable 'a' of group 'all' was set before, at hosts.ini:3; this one wins",
                "hosts.ini:5:1: 'h' is the name of a group and of a host",
            ]
        )
    }
}
