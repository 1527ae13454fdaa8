import Foundation
import HostInventory
import Testing

@testable import Provisioning

@Suite("What hangs or says too much is ended on the host, with everything that it started")
struct EndingTests {
    let scratch = try! Scratch()

    /// Writes into a file again and again, in the background, as long as nobody ends it.
    private var sign: String {
        "( while :; do date +%s%N >\(scratch.path)/alive; sleep 0.05; done ) & "
    }

    private func exchange(_ sections: [ShellSection]) async throws -> [ShellSectionOutput] {
        let inventory = try inventory("one\n")
        let session = HostSession(
            host: inventory.hosts[0],
            connector: LocalConnector(),
            become: Become(),
            options: RunOptions(),
            redactions: Redactions(inventory: inventory, common: []),
            notice: { _ in }
        )
        try await session.connect()
        do {
            let outputs = try await session.exchange(sections, as: .login)
            await session.close()
            return outputs
        } catch {
            await session.close()
            throw error
        }
    }

    private func expectNoSignOfLife() async throws {
        let last = scratch.read("alive")
        #expect(last != nil)
        // Twenty of its periods: what still ran would have written again.
        try await Task.sleep(for: .seconds(1))
        #expect(scratch.read("alive") == last)
    }

    @Test func eachSectionHasADeadlineOfItsOwn() async throws {
        let start = ContinuousClock.now
        do {
            _ = try await exchange([
                ShellSection("echo fine", deadline: .seconds(1000)),
                ShellSection("\(sign) echo; echo thinking; echo; sleep 1000", deadline: .zero),
            ])
            Issue.record("did not fail")
        } catch ShellError.deadline(let section, let said, let ended) {
            #expect(section == 1)
            #expect(said == "thinking")
            #expect(ended == [.ran(ShellOutput("fine\n"))])
        }
        #expect(start.duration(to: .now) < .seconds(500))
        try await expectNoSignOfLife()
    }

    @Test func moreOutputThanIsKeptIsAnError() async throws {
        do {
            _ = try await exchange([ShellSection("\(sign) cat /dev/zero", retention: .all(limit: 3 << 20))])
            Issue.record("did not fail")
        } catch let error as ShellError {
            #expect("\(error)".hasPrefix("wrote more than 3 MiB"))
        }
        try await expectNoSignOfLife()
    }
}
