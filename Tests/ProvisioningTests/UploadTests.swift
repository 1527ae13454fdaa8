import ApusTesting
import HostInventory
import Provisioning
import Testing

@Suite("Content is streamed into a script")
struct UploadTests {
    private struct Send: Resource {
        let name: String
        var receiver: String
        var chunks: [[UInt8]] = [Array("one\ntwo\n".utf8)]
        var deadline: Duration = .seconds(20)
        var isAction: Bool { true }
        var probe: Probe<Void> { .constant(()) }

        func plan(from state: Void) -> Plan {
            let chunks = chunks
            let upload = Upload(into: receiver, size: nil) {
                AnyIterator(chunks.map { .success($0) }.makeIterator())
            }
            return .change([Step("send \(name)", deadline: deadline, .upload(upload))], Difference())
        }
    }

    private func send(_ resource: Send) async throws -> CollectingReporter {
        try await run(Play("Send", on: "all") { _ in resource }, on: try inventory("one\n")).reporter
    }

    private func lines(_ reporter: CollectingReporter) -> [String] {
        reporter.events.compactMap { if case .progress(_, _, let line) = $0 { line } else { nil } }
    }

    @Test func whatTheReceiverWritesIsProgress() async throws {
        let reporter = try await send(
            Send(name: "x", receiver: "while read -r line; do echo \"got $line\" >&2; done")
        )
        #expect(reporter.results(of: "one").map(\.outcome) == [.changed])
        #expect(lines(reporter).last == "got two")
    }

    @Test("every byte arrives, however many there are")
    func bytes() async throws {
        let scratch = try Scratch()
        let chunk = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        let all = Array(repeating: chunk, count: 5)
        _ = try await send(
            Send(name: "x", receiver: "sha256sum >\(shellQuoted(scratch.path))/sum", chunks: all)
        )
        #expect(scratch.read("sum")?.prefix(64) == SHA256Digest.hexadecimal(of: all.flatMap(\.self))[...])
    }

    @Test(
        "the digest of what was sent is known to the look behind, where the receiver took all and told its file",
        arguments: [
            ("cat >file; tell_identity file", true), ("cat >file", false),
            ("touch file; exec <&-; tell_identity file", false),
        ]
    )
    func digest(receiver: String, isKnown: Bool) async throws {
        let scratch = try Scratch()
        let file = DigestedFile(path: "\(scratch.path)/file", receiver: "cd \(scratch.path); \(receiver)")
        let reporter = try await run(
            Play("Send", on: "all") { _ in file },
            on: try inventory("one\n")
        ).reporter
        #expect((reporter.results(of: "one").map(\.outcome) == [.changed]) == isKnown)
        #expect(!lines(reporter).contains { $0.hasPrefix("apus") })
    }

    @Test func itIsCountedApartFromExchanges() async throws {
        let counting = CountingConnector(LocalConnector())
        let resource = Send(name: "x", receiver: "cat >&2", chunks: Array(repeating: [10], count: 5))
        _ = try await run(
            Play("Send", on: "all") { _ in resource },
            on: try inventory("one\n"),
            connector: counting
        )
        #expect(counting.counts(of: "one").uploads == 1)
        #expect(counting.counts(of: "one").exchanges == 0)
    }

    @Test func aReceiverThatFailsTellsWhy() async throws {
        let reporter = try await send(Send(name: "x", receiver: "cat; echo 'no room' ; exit 3"))
        guard case .failed(let reason)? = reporter.results(of: "one").first?.outcome else {
            Issue.record("did not fail")
            return
        }
        #expect(reason.contains("status 3"))
        #expect(reason.contains("no room"))
    }

    @Test func aReceiverThatHangsIsEndedAtItsDeadline() async throws {
        let hung = Send(name: "x", receiver: "cat >/dev/null; exec sleep 600", deadline: .seconds(1))
        let reporter = try await send(hung)
        #expect(reporter.results(of: "one").map(\.outcome) == [.failed("send x: did not end within 1 s")])
    }
}

@Suite("A role that cannot say its tasks")
struct FailedRoleTests {
    private struct Wrong: Error, CustomStringConvertible {
        let description = "the template has a hole"
    }

    private struct Holed: Role {
        static let name = "holed"
        var tasks: [Play.Task] { get throws { throw Wrong() } }
    }

    @Test func isFoundBeforeAnyHostIsTouched() async throws {
        let error = await #expect(throws: PreflightError.self) {
            try await run(Play("Run it", on: "all") { _ in Holed() }, on: try inventory("one\n"))
        }
        #expect(error?.description.contains("the template has a hole") == true)
    }
}

/// 32 MiB, so that they fit into no buffer on the way, and looked at by nothing but their digest.
private struct DigestedFile: Resource {
    let path: String
    let receiver: String
    var name: String { path }
    var probe: Probe<String> { Probe(KnownDigestObservation(path: path)) }

    func plan(from known: String) -> Plan {
        let chunks = (0..<32).map { [UInt8](repeating: $0, count: 1 << 20) }
        if known == SHA256Digest.hexadecimal(of: chunks.flatMap(\.self)) { return .unchanged }
        let script = "\(DigestMemory.tellFunction)\n\(receiver)"
        let upload = Upload(into: script, size: nil, digested: { _ in }) {
            AnyIterator(chunks.map { .success($0) }.makeIterator())
        }
        return .change([Step("send", .upload(upload))], Difference())
    }
}

private struct KnownDigestObservation: Observation {
    let path: String

    static func script(for subjects: [KnownDigestObservation]) -> String {
        DigestMemory.knownFunction + "\n"
            + subjects.map { "known_digest \($0.path) 2>/dev/null || echo none" }.joined(separator: "\n")
    }

    static func answers(from output: ShellOutput, for subjects: [KnownDigestObservation]) -> [String] {
        output.lines.map(String.init)
    }
}
