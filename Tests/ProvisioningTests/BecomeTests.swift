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
        Case(method: .doas, program: "[ \"$1 $2 $3\" = '-n -u root' ] && shift 3 && exec \"$@\""),
        Case(
            method: .doas,
            program: "echo 'doas: Authentication required' >&2; exit 1",
            message: "nopass in the host's doas.conf"
        ),
    ]

    @Test("gives a shell after one try at most, or says why not", arguments: cases)
    func become(item: Case) async throws {
        let folder = NSTemporaryDirectory() + "apus-become-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/\(item.method.rawValue)"
        try writeProgram("#!/bin/sh\n\(item.program)\n", to: URL(fileURLWithPath: path))
        let transport = StandIns(folder: folder)
        let login = ShellLogin(
            transport: transport,
            become: Become(item.method, password: item.password),
            deadline: .seconds(60)
        )
        do {
            let opened = try await login.open(.root)
            #expect(item.message == nil)
            #expect(opened.processID > 0)
        } catch let error as TransportError {
            #expect(error.code == .authentication)
            #expect(item.message.map { error.message.contains($0) } == true, "\(error.message)")
            #expect(!error.message.contains("hunter2") && !error.message.contains("wrong"))
        }
        await transport.close()
    }
}
