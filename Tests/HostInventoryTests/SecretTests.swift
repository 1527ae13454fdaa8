import Foundation
import HostInventory
import Testing

@Suite("A secret shows by no accident")
struct SecretTests {
    struct Holder: Sendable {
        var secret: Secret = "canary"
        var optional: Secret? = "canary"
        var list: [Secret] = ["canary"]
        var named: [String: Secret] = ["name": "canary"]
    }

    enum Failure: Error { case refused(Secret) }

    struct Way: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let show: @Sendable (any Sendable) -> String
    }

    static let ways = [
        Way(testDescription: "interpolated in a String") { "\($0)" },
        Way(testDescription: "described") { String(describing: $0) },
        Way(testDescription: "reflected as text") { String(reflecting: $0) },
        Way(testDescription: "dumped") { value in
            var text = ""
            dump(value, to: &text)
            return text
        },
        Way(testDescription: "printed") { value in
            var text = ""
            print(value, separator: "", terminator: "", to: &text)
            return text
        },
        Way(testDescription: "reflected") { reflected($0) },
        Way(testDescription: "an associated value") { "\(Optional.some($0) as Any)" },
    ]

    private static func reflected(_ value: Any) -> String {
        let mirror = Mirror(reflecting: value)
        return mirror.children.map { "\($0.label ?? ""): \($0.value) (\(reflected($0.value)))" }.joined()
            + (mirror.superclassMirror.map { "\($0)" } ?? "")
    }

    @Test(arguments: ways)
    func staysHidden(_ way: Way) {
        let values: [any Sendable] = [
            "canary" as Secret, "canary" as Secret?, ["canary"] as [Secret],
            ["k": "canary"] as [String: Secret],
            Holder(), Failure.refused("canary"), Result<Secret, Failure>.success("canary"),
        ]
        for value in values { #expect(!way.show(value).contains("canary"), "\(type(of: value))") }
    }

    @Test func cannotBeEncoded() {
        #expect(!((Secret("canary") as Any) is any Encodable))
        #expect(!((Secret("canary") as Any) is any LosslessStringConvertible))
    }

    @Test func isReadLikeAText() throws {
        let read = try JSONDecoder().decode([String: Secret].self, from: Data(#"{"a": "canary"}"#.utf8))
        #expect(read["a"]?.revealed == "canary")
    }

    @Test func makesASecretOfATextThatHoldsIt() {
        let secret: Secret = "canary"
        let line: Secret = "port=\(80) password=\(secret)\n"
        #expect(line.revealed == "port=80 password=canary\n")
        #expect(line == Secret(line.revealed) && Set([line, Secret(line.revealed)]).count == 1)
    }

    /// Deprecated, since it uses what warns everybody else.
    @available(*, deprecated)
    @Test func inAStringIsAPlaceholderAndAWarning() {
        let (secret, none): (Secret, Secret?) = ("canary", nil)
        #expect("a \(secret) \(Optional(secret)) \(none)" == "a «hidden» «hidden» nil")
    }

    @Test("variables know which of their texts are secrets")
    func variables() throws {
        let folder = try Folder([
            "hosts.yml": """
            all:
              hosts:
                h:
                  open: plain text
                  become_password: by name
                  db: {user: app, password: by key, port: 5432}
                  mixed: {user: app, key: !vault "$ANSIBLE_VAULT;one"}
                  pin: 1234
              vars:
                become_password: overridden
            """,
            "group_vars/all.yml": "$ANSIBLE_VAULT;whole",
        ])
        var options = Inventory.SourceOptions()
        options.vault = {
            $0.hasSuffix("one") ? "from a vault" : "whole: [a text, 42, yes, ~]\npin: overridden"
        }
        let inventory = try Inventory(contentsOf: folder.path + "/hosts.yml", options: options)
        let variables = try #require(inventory.host(named: "h")).variables
        let secrets = Set(variables.secrets.map(\.revealed))
        #expect(secrets == ["by name", "by key", "from a vault", "a text", "42"])
        #expect(!"\(variables)".contains("a text") && !"\(variables)".contains("from a vault"))
    }
}
