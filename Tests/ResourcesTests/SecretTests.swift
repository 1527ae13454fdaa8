import Foundation
import HostInventory
import Provisioning
import Testing

@testable import Resources

@Suite("What takes a secret shows nothing of it")
struct SecretTests {
    /// Its length stands nowhere else either.
    private static let secret: Secret = "canary\(String(repeating: "!", count: 977))"
    private static let path = "/etc/app/it"

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Everything about the resource that is or can be made visible.
        let shown: @Sendable () throws -> String
        /// What its steps hold.
        let sent: @Sendable () throws -> String
        let difference: String

        init<R: Resource>(
            _ title: String,
            _ difference: String = "state: absent → present, content: absent → «hidden»",
            of resource: @escaping @Sendable () throws -> R,
            seeing state: R.State
        ) {
            testDescription = title
            self.difference = difference
            shown = {
                let resource = try resource()
                try resource.validate()
                let plan = resource.plan(from: state)
                var text =
                    "\(resource) \(String(reflecting: resource)) \(plan) \(plan.shown) \(resource.name)"
                dump(resource, to: &text)
                dump(plan, to: &text)
                // Private types show an address: "$55d0c098a1f4".
                return text.replacing(/\$[0-9a-f]+/, with: "")
            }
            sent = {
                guard case .change(let change) = try resource().plan(from: state) else { return "" }
                return try change.steps.map { step in
                    guard case .upload(let upload) = step.action else { return step.script ?? "" }
                    let content = try upload.content().reduce(into: [UInt8]()) { $0 += try $1.get() }
                    return upload.receiver + String(decoding: content, as: UTF8.self)
                }.joined()
            }
        }
    }

    private static let account = try? UserState.Account(
        passwd: "app:x:1:1::/:/bin/sh".split(separator: ":", omittingEmptySubsequences: false)
    )

    static let cases = [
        Case("File", of: { File(path, contents: secret) }, seeing: nil),
        Case(
            "File over another",
            "content: another → «hidden»",
            of: { File(path, contents: secret) },
            seeing: FileState(size: 977, digest: "0")
        ),
        Case("Template", of: { Template(path, text: "x={{ x }}", secrets: ["x": secret]) }, seeing: nil),
        Case(
            "Line",
            "content: absent → «hidden»",
            of: { Line(path, "x=\(secret)" as Secret, create: true) },
            seeing: (.absent, nil)
        ),
        Case(
            "Line in a text",
            "content: another → «hidden»",
            of: { Line(path, secret, matching: .prefix("old")) },
            seeing: (.text(Array("a\nold\n".utf8)), FileState())
        ),
        Case(
            "User",
            "password: another → «hidden»",
            of: { User("app", passwordHash: "$y$\(secret)") },
            seeing: {
                var state = UserState(account: account, groups: [])
                state.passwordHash = "!"
                return state
            }()
        ),
        Case(
            "Command with input",
            "command: absent → tool login",
            of: { Command(["tool", "login"], input: secret) },
            seeing: .init()
        ),
        Case(
            "Command with environment",
            "command: absent → tool login",
            of: { Command(["tool", "login"], unless: ["tool"], environment: ["TOKEN": "x \(secret)"]) },
            seeing: .init(unless: 1)
        ),
        Case(
            "DockerContainer",
            "state: absent → running",
            of: { DockerContainer("app", image: "app", environment: ["TOKEN": "x \(secret)"]) },
            seeing: .init(container: nil, image: nil)
        ),
    ]

    @Test("not its text, its size or its digest", arguments: cases)
    func hides(_ it: Case) throws {
        let shown = try it.shown()
        #expect(!shown.contains("canary"))
        #expect(!shown.contains("98"), "a size, perhaps: \(shown)")
        #expect(!shown.contains("sha256"))
        #expect(shown.contains("change: \(it.difference)"))
        #expect(try it.sent().contains(Self.secret.revealed))
    }

    @Test("a secret file of this machine, and a folder of them", arguments: [false, true])
    func sources(isThere: Bool) throws {
        let source = try TemporaryFolder()
        try source.write("key", "canary")
        let target = try TemporaryFolder()
        if isThere { try target.write("tree/key", "canarx") }
        let tree = FileTree(target.path + "/tree", source: source.path, isSecret: true)
        let treePlan = tree.plan(
            from: try LocalShell.look([FileTreeObservation(path: tree.path, names: ["key"])])[0]
        )
        let file = File(target.path + "/key", source: source.path + "/key", isSecret: true)
        let filePlan = file.plan(from: isThere ? FileState(size: 6, digest: "0") : nil)
        #expect(
            treePlan.lines
                == (isThere ? ["key: another → «hidden»"] : ["state: absent → present, with 1 file"])
        )
        #expect(filePlan.lines.last == "content: \(isThere ? "another" : "absent") → «hidden»")
        for plan in [treePlan, filePlan] { try LocalShell.apply(try #require(plan.change)) }
        let listing = try LocalShell.run(
            "cd \(target.path) && cat key tree/key && stat -c %a key tree tree/key"
        )
        #expect(listing.text == "canarycanary" + (isThere ? "644\n755\n644\n" : "600\n700\n600\n"))
    }

    @Test func aTemplateTakesNoNameTwice() {
        let template = Template("/x", text: "{{ x }}", context: ["x": 1], secrets: ["x": "y"])
        let error = #expect(throws: TemplateError.self) { try template.validate() }
        #expect(error?.reason == "«x» is in the context and among the secrets")
    }
}
