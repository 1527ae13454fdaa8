import Foundation
import ProgramFiles
import SSH
import SSHTestSupport
import Testing

@Suite("Questions at the terminal", .timeLimit(.minutes(3)))
struct QuestionTests {
    let place = try! TestPlace()

    /// Hosts whose keys all have passphrases, with the same port and known_hosts.
    private func inventory(_ hosts: [(name: String, key: String)], more: String = "") throws -> String {
        let server = try TestServer.shared.get()
        let keys = try TestKeys.shared.get()
        let lines = hosts.map { "\($0.name) apus_private_key_file=\(keys.path($0.key))\n" }.joined()
        let variables = """
            [all:vars]
            ansible_host=127.0.0.1
            ansible_port=\(server.port)
            apus_known_hosts_file=\(try server.knownHosts().paths[0])
            ansible_ssh_common_args='-F none -o IdentitiesOnly=yes'

            """
        try place.write("hosts.ini", lines + more + variables)
        return "\(place.path)/hosts.ini"
    }

    private func ping(_ inventory: String) throws -> TerminalRun {
        try TerminalRun(
            [TestRun.program.path, "ping", "-i", inventory],
            environment: TestRun.environment(in: place)
        )
    }

    @Test("come one after the other where five hosts ask at once, and nothing is written into them")
    func oneAfterTheOther() async throws {
        let keys = TestKeys.secretNames.prefix(5)
        let hosts = keys.enumerated().map { (name: "pi\($0 + 1)", key: $1) }
        let inventory = try inventory(hosts, more: "here ansible_connection=local\n")
        let run = try ping(inventory)
        for number in 1...5 {
            try await run.answer("Passphrase of ", number: number, with: TestKeys.passphrase)
        }
        let status = try await run.end()
        #expect(status == 0, "\(run.transcript)")
        let lines = run.transcript.replacing("\u{1B}[K", with: "").split(whereSeparator: \.isNewline)
        let questions = lines.filter { $0.contains("Passphrase of ") }
        let paths = try keys.map { "Passphrase of \(try TestKeys.shared.get().path($0)): " }
        #expect(questions.map(String.init).sorted() == paths.sorted(), "\(run.transcript)")
        #expect(lines.count { $0.contains("  ok  ") } == 6, "\(run.transcript)")
        #expect(!run.transcript.contains(TestKeys.passphrase))
    }

    @Test("are asked once for what many hosts share")
    func onceForAll() async throws {
        let hosts = (1...5).map { (name: "pi\($0)", key: "ed25519-secret") }
        let run = try ping(try inventory(hosts))
        try await run.answer("Passphrase of ", with: TestKeys.passphrase)
        #expect(try await run.end() == 0, "\(run.transcript)")
        #expect(run.transcript.ranges(of: "Passphrase of ").count == 1)
    }

    @Test("are not asked any more after Ctrl-C")
    func interrupted() async throws {
        let hosts = TestKeys.secretNames.prefix(5).enumerated().map { (name: "pi\($0 + 1)", key: $1) }
        let run = try ping(try inventory(hosts))
        try await run.answer("Passphrase of ", with: "\u{3}")
        #expect(try await run.end() == 130, "\(run.transcript)")
        #expect(run.transcript.ranges(of: "Passphrase of ").count == 1, "\(run.transcript)")
    }
}
