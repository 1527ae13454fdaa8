import Provisioning
import Testing

@testable import Resources

@Suite("Templates")
struct TemplateTests {
    struct Server: Encodable {
        var name: String
        var port: Int
        var weight: Double?
        var isBackup: Bool
    }

    static let context: [String: any Encodable & Sendable] = [
        "name": "web <&> \"x\"",
        "count": 3,
        "on": true,
        "off": false,
        "empty": [String](),
        "names": ["a", "b"],
        "separator": "; ",
        "ports": ["http": 80, "https": 443],
        "servers": [
            Server(name: "one", port: 80, weight: 0.5, isBackup: false),
            Server(name: "two", port: 81, weight: nil, isBackup: true),
        ],
    ]

    @Test(
        "what is defined is rendered as it is",
        arguments: [
            ("plain { text } %}\n", "plain { text } %}\n"),
            ("{{ name }}", "web <&> \"x\""),
            ("{{ count }} {{on}} {{ servers.0.weight }}", "3 true 0.5"),
            ("{{ names|join:\", \" }} {{ names | join : separator }}", "a, b a; b"),
            (
                "{% for s in servers %}{{ forloop.counter }}{{ s.name }}:{{ s.port }} {% endfor %}",
                "1one:80 2two:81 "
            ),
            ("{% for s in servers where s.isBackup %}{{ s.name }}{% endfor %}", "two"),
            ("{% for key, port in ports %}{{ key }}={{ port }};{% endfor %}", "http=80;https=443;"),
            ("{% for i in 1...count %}{{ i }}{% endfor %}", "123"),
            ("{% if on and not off %}yes{% else %}no{% endif %}", "yes"),
            ("{% if ( count > 2 or off ) and name != 'x y' %}big{% elif on %}small{% endif %}", "big"),
            ("{{ count if on else missing }}", "3"),
            ("{{ missing|default:\"none\" }} {{ servers.1.weight | default : 1 }}", "none 1"),
            ("{{ names.last }} {{ ports.count }} {{ empty.count }}", "b 2 0"),
            ("a\n  {%- if on -%}\n b\n{%- endif %}", "ab"),
            ("{# {{ missing }} #}x", "x"),
            (
                "{% outer: for a in names %}{% for b in names %}{{ a }}{{ b }}{% break outer %}{% endfor %}{% endfor %}",
                "aa"
            ),
        ]
    )
    func renders(template: String, expected: String) throws {
        #expect(try StrictTemplate(name: "t", text: template).text(with: Self.context) == expected)
    }

    @Test(
        "what is not defined is an error with its line and name",
        arguments: [
            ("{{ missing }}", 1, "missing"),
            ("ok\nok\nok\n{{ servers.0.nam }}\n", 4, "servers.0.nam"),
            ("{% if missing %}{% endif %}", 1, "missing"),
            ("\n{% if on and missing == 3 %}{% endif %}", 2, "missing"),
            ("\n\n{% for x in missing %}{% endfor %}", 3, "missing"),
            ("{% for s in servers where s.what %}{% endfor %}", 1, "s.what"),
            ("{% for s in servers %}\n{{ s.weight }}\n{% endfor %}", 2, "s.weight"),
            ("{% for i in 1...missing %}{% endfor %}", 1, "missing"),
            ("{{ names|join:missing }}", 1, "missing"),
            ("{{ empty.last }}", 1, "empty.last"),
            ("{{ names.7|uppercase }}", 1, "names.7"),
            ("{#\n\n#}{{\n missing\n}}", 3, "missing"),
            ("}\n{{ on }}\n}\n{{ missing if on }}\n}", 4, "missing"),
        ]
    )
    func refuses(template: String, line: Int, name: String) {
        let error = #expect(throws: TemplateError.self) {
            try StrictTemplate(name: "my.stencil", text: template).text(with: Self.context)
        }
        #expect(error?.line == line)
        #expect(error?.description.hasPrefix("my.stencil:\(line): «\(name)» is not defined") == true)
    }

    @Test(
        "a wrong tag or filter is an error too",
        arguments: ["{% fi %}", "{{ on|loud }}", "{% if %}{% endif %}"]
    )
    func refusesSyntax(template: String) {
        #expect(throws: TemplateError.self) {
            try StrictTemplate(name: "t", text: template).text(with: Self.context)
        }
    }

    @Test("an included template is as strict, and its own file is named")
    func includes() throws {
        let folder = try TemporaryFolder()
        try folder.write("main.stencil", "a{% include \"part.stencil\" %}c")
        try folder.write("part.stencil", "\n{{ part }}")
        func template(_ context: [String: any Encodable & Sendable]) -> Template {
            Template("/etc/x", source: folder.path + "/main.stencil", context: context)
        }
        let plan = template(["part": "b"]).plan(from: nil)
        #expect(plan.change?.difference.entries.last == .content(path: "/etc/x", before: nil, after: "a\nbc"))
        #expect("\(plan.lines)".contains("content of /etc/x"))
        let error = #expect(throws: TemplateError.self) { try template([:]).validate() }
        #expect(error?.template == folder.path + "/part.stencil")
        #expect(error?.line == 2)
    }

    @Test("a template that cannot be read says so before any host is touched")
    func missingFile() {
        #expect(throws: TemplateError.self) { try Template("/etc/x", source: "/no/such.stencil").validate() }
    }

    @Test("a host that has the rendered text is left alone")
    func unchanged() {
        let template = Template("/etc/x", text: "{{ a }}", context: ["a": "hello"])
        let digest = SHA256Digest.hexadecimal(of: Array("hello".utf8))
        #expect(template.plan(from: FileState(digest: digest)).isUnchanged)
        #expect(template.plan(from: FileState(digest: String(repeating: "0", count: 64))).change != nil)
    }
}
