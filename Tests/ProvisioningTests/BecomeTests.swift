import Foundation
import HostInventory
import ProgramFiles
import Testing
import Transports

@testable import Provisioning

@Suite("Becoming another user", .timeLimit(.minutes(2)))
struct BecomeTests {
    /// This machine with programs of the test in place of sudo, su and doas.
    private struct StandIns: Transport {
        let folder: String
        let local = LocalTransport()
        let loginUser = "ubuntu"

        func open(_ command: String) async throws -> any TransportChannel {
            try await local.open("PATH=\(folder):$PATH; export PATH; \(command)")
        }

        func close() async { await local.close() }

        static func folder(with program: String, for method: Become.Method) throws -> String {
            let folder = NSTemporaryDirectory() + "apus-become-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let path = URL(fileURLWithPath: "\(folder)/\(method.rawValue)")
            try writeProgram("#!/bin/sh\n\(program)\n", to: path)
            return folder
        }
    }

    /// Asks after a while, in any language; the right answer is `hunter2`.
    private static func asking(_ prompt: String, then rest: String) -> String {
        """
        sleep 0.3; printf '%s' "\(prompt)" >&2; IFS= read -r answer
        [ "$answer" = hunter2 ] || { echo 'Sorry, try again.' >&2; printf '%s' "\(prompt)" >&2; read -r again; exit 1; }
        echo >&2
        \(rest)
        """
    }

    private static let sudoCommand = "while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\""
    private static let suCommand = "[ \"$1 $2 $3 $5\" = '-s /bin/sh -c root' ] && exec /bin/sh -c \"$4\""

    struct Case: CustomTestStringConvertible, Sendable {
        let method: Become.Method
        let program: String
        var password: Secret? = "hunter2"
        /// nil where it gets its shell.
        var message: String?

        var testDescription: String { "\(method): \(message ?? "a shell")" }
    }

    static let cases = [
        Case(method: .sudo, program: sudoCommand, password: nil),
        Case(
            method: .sudo,
            program: "while [ \"$1\" != -p ]; do shift; done\n" + asking("$2", then: sudoCommand)
        ),
        Case(
            method: .sudo,
            program: "while [ \"$1\" != -p ]; do shift; done\n" + asking("$2", then: sudoCommand),
            password: "wrong",
            message: "sudo refused the password of ubuntu for becoming root"
        ),
        Case(
            method: .sudo,
            program: "while [ \"$1\" != -p ]; do shift; done\n" + asking("$2", then: sudoCommand),
            password: nil,
            message: "sudo asks for a password to become root; give it with --ask-become-pass"
        ),
        Case(
            method: .sudo,
            program: "echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1",
            message: "Defaults !requiretty"
        ),
        Case(method: .su, program: suCommand, password: nil),
        Case(method: .su, program: asking("Password: ", then: suCommand)),
        Case(method: .su, program: asking("Mot de passe :", then: suCommand)),
        Case(method: .su, program: asking("パスワード：", then: suCommand)),
        Case(
            method: .su,
            program: "printf 'Password: ' >&2; read -r answer; echo 'su: Authentication failure' >&2; exit 1",
            password: "wrong",
            message: "su: Authentication failure"
        ),
        Case(
            method: .su,
            program: asking("Password: ", then: suCommand),
            password: nil,
            message: "su asks for a password to become root"
        ),
        Case(
            method: .doas,
            program: "[ \"$1 $2 $3\" = '-n -u root' ] && shift 3 && exec \"$@\"",
            password: nil
        ),
        Case(
            method: .doas,
            program: "echo 'doas: Authentication required' >&2; exit 1",
            password: nil,
            message: "nopass in the host's doas.conf"
        ),
        Case(method: .doas, program: "[ \"$1 $2 $3\" = '-n -u root' ] && shift 3 && exec \"$@\""),
        Case(method: .doas, program: doasCommand),
        Case(method: .doas, program: doasCommand, password: "wrong", message: "doas: Authentication failed"),
    ]

    /// Takes passwords from its terminal only, and keeps nothing open but the standard streams, as doas does.
    private static let doasCommand = """
        [ "$1" = -n ] && exit 1
        stty -echo </dev/tty
        printf '\\rdoas (ubuntu@pi1) password: ' >/dev/tty; read -r answer </dev/tty; echo >/dev/tty
        [ "$answer" = hunter2 ] || { echo 'doas: Authentication failed' >&2; exit 1; }
        [ "$1 $2" = '-u root' ] && shift 2 && exec "$@" 3<&- 4>&- 5>&-
        """

    @Test("gives a shell after one try at most, or says why not", arguments: cases)
    func become(item: Case) async throws {
        let folder = try StandIns.folder(with: item.program, for: item.method)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let transport = StandIns(folder: folder)
        let login = ShellLogin(
            transport: transport,
            become: Become(item.method, password: item.password),
            deadline: .seconds(60)
        )
        do {
            let opened = try await login.open(.root)
            #expect(item.message == nil)
            let shell = Shell(opened, privilege: .root)
            let answers = try await shell.exchange([ShellSection("tty; echo hello", deadline: .seconds(30))])
            guard case .ran(let output) = answers.first else {
                Issue.record("nothing ran")
                return
            }
            #expect(output.text == "not a tty\nhello\n")
        } catch let error as TransportError {
            #expect(error.code == .authentication)
            #expect(item.message.map { error.message.contains($0) } == true, "\(error.message)")
            #expect(!error.message.contains("hunter2") && !error.message.contains("wrong"))
        }
        await transport.close()
    }

    @Test(
        "only a last line that asks for a password is answered",
        arguments: [
            ("n-asks\nPassword: ", 1), ("Welcome:n-asks\r\nMot de passe : ", 1), ("n-asks\n암호:", 1),
            ("Password: ", 0), ("Password:\nn-asks\n", 0), ("n-asks\nVerification code: ", 0),
            ("n-asks\nPassword:\n", 0), ("n-asks\nPassword: wrong", 0),
        ]
    )
    func prompts(said: String, count: Int) {
        #expect(Become(.su).prompts(in: said, nonce: "n") == count)
    }

    @Test("another question is told when the time is up")
    func otherQuestion() async throws {
        let folder = try StandIns.folder(with: "printf 'Verification code: ' >&2; exec sleep 60", for: .su)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let transport = StandIns(folder: folder)
        let login = ShellLogin(
            transport: transport,
            become: Become(.su, password: "hunter2"),
            deadline: .seconds(3)
        )
        let error = await #expect(throws: TransportError.self) { try await login.open(.root) }
        #expect(
            error?.message.contains("su last said «Verification code:»") == true,
            "\(error?.message ?? "")"
        )
        await transport.close()
    }
}
