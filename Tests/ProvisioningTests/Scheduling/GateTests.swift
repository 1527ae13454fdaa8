import ApusTesting
import Foundation
import HostInventory
import Synchronization
import Testing

@testable import Provisioning

@Suite("Gates between batches")
struct GateTests {
    let scratch = try! Scratch()

    private func roll(
        on hosts: String = "a\nb\n",
        resuming progress: RunProgress? = nil,
        _ gates: @escaping @Sendable (PlayHost) throws -> [Gate]
    ) async throws -> (Recap, CollectingReporter) {
        let touch = Touch(folder: scratch.path)
        var options = RunOptions()
        options.resume = progress
        let reporter = CollectingReporter()
        let playbook = Playbook("test") {
            Play("Roll", on: "all", serial: 1, tasks: { touch($0.name) }, gates: gates)
            Play("After", on: "all") { _ in touch("after") }
        }
        let run = Run(
            inventory: try inventory(hosts),
            connector: LocalConnector(),
            options: options,
            reporter: reporter
        )
        return (try await run([playbook]), reporter)
    }

    private func opened(_ reporter: CollectingReporter) -> [String] {
        reporter.events.compactMap { if case .gateFinished(let gate, _, nil) = $0 { gate } else { nil } }
    }

    private let once = Gate.Timing(within: .zero, every: .milliseconds(1))

    @Test func oneThatStaysShutStopsTheRun() async throws {
        let (recap, reporter) = try await roll { [once] _ in [.command(["false"], on: "b", timing: once)] }
        #expect(scratch.names == ["a"])
        #expect(recap.exitStatus == 2)
        let reason =
            "since the gate «false succeeds on b» did not open: b: status 1, without a word, still after 0 s"
        #expect(
            reporter.notices == [
                "play «Roll» stops here, \(reason); not done: b", "plays that were not begun: «After»",
            ]
        )
    }

    @Test func oneThatOpensLetsTheNextBatchBegin() async throws {
        let path = scratch.path
        // Every host of the pattern is asked, again and again.
        let script = "echo x >>\(path)/log; [ $(wc -l <\(path)/log) -ge 5 ]"
        let gate = Gate.command(["sh", "-c", script], on: "all", timing: .init(every: .milliseconds(1)))
        let (recap, reporter) = try await roll { _ in [gate, gate] }
        #expect(recap.exitStatus == 0)
        #expect(scratch.names == ["a", "after", "b", "log"])
        // After each of the two batches, once.
        #expect(opened(reporter).count == 2)
    }

    @Test func oneIsComputedFromTheVariablesAndFactsOfTheHostsThatWereDone() async throws {
        let (recap, reporter) = try await roll(on: "a port=1\nb port=2\n") { host in
            let port: Int = try host.vars["port"]
            return [.command(["test", "\(port)", "-le", "\(try host.facts.processors + 1)"], on: "all")]
        }
        #expect(recap.exitStatus == 0, "\(reporter.notices)")
        let processors = ProcessInfo.processInfo.processorCount
        #expect(opened(reporter) == [1, 2].map { "test \($0) -le \(processors + 1) succeeds on all" })
    }

    @Test func aVariableThatIsMissingIsFoundBeforeAnyHostIsTouched() async throws {
        let error = await #expect(throws: PreflightError.self) {
            _ = try await roll(on: "a port=1\nb\n") { host in
                [.tcp("localhost", port: try host.vars["port"])]
            }
        }
        #expect(error?.description.contains("variable 'port' is not set") == true)
        #expect(scratch.names == [])
    }

    @Test func oneAfterTheLastBatchKeepsTheNextPlayFromBeginning() async throws {
        let (recap, reporter) = try await roll { [once] host in
            [.command(["test", host.name, "=", "a"], on: "a", timing: once)]
        }
        #expect(recap.exitStatus == 2)
        #expect(scratch.names == ["a", "b"])
        #expect(reporter.notices.last == "plays that were not begun: «After»")
    }

    @Test func aResumedRunAsksTheOneThatStayedShutAgain() async throws {
        let path = scratch.path
        let gate = Gate.command(["test", "-e", "\(path)/open"], on: "a", timing: once)
        var progress = RunProgress()
        for _ in 1...2 {
            let (recap, reporter) = try await roll(resuming: progress) { _ in [gate] }
            #expect(recap.exitStatus == 2)
            for event in reporter.events { progress.note(event) }
            progress = try JSONDecoder().decode(RunProgress.self, from: JSONEncoder().encode(progress))
            #expect(scratch.names == ["a"])
        }
        try scratch.write("open", "")
        #expect(try await roll(resuming: progress) { _ in [gate] }.0.exitStatus == 0)
        #expect(scratch.names == ["a", "after", "b", "open"])
    }

    @Test(.timeLimit(.minutes(1)))
    func aRunThatIsStoppedWaitsForNone() async throws {
        let interruption = Interruption()
        let rarely = Gate.Timing(within: .seconds(7200), every: .seconds(3600))
        let gate = Gate("it opens", on: "localhost", script: "true", timing: rarely) { _ in
            interruption.request()
            return .shut(seen: "it is shut")
        }
        var options = RunOptions()
        options.interruption = interruption
        let reporter = CollectingReporter()
        let touch = Touch(folder: scratch.path)
        let play = Play("Roll", on: "all", serial: 1, tasks: { touch($0.name) }, gates: { _ in gate })
        let recap = try await Run(
            inventory: try inventory("a\nb\n"),
            connector: LocalConnector(),
            options: options,
            reporter: reporter
        )([Playbook("test") { play }])
        #expect(recap.exitStatus == 130)
        #expect(opened(reporter) == [])
        #expect(reporter.notices == ["play «Roll» was stopped; not begun: b"])
    }

    @Test func oneMustHoldSteadily() async throws {
        let path = scratch.path
        let holders = Mutex(["a", "b", "b", "b"])
        let gate = Gate(
            "it is settled",
            on: "localhost",
            script: "true",
            timing: .init(every: .milliseconds(1), steadyFor: .milliseconds(2))
        ) { _ in
            .open(what: holders.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] })
        }
        _ = try await roll { _ in [gate] }
        #expect(holders.withLock(\.count) < 3)
        #expect(FileManager.default.fileExists(atPath: path + "/b"))
    }

    @Test func oneThatAsksNobodyIsFoundBeforeAnyHostIsTouched() async throws {
        let error = await #expect(throws: PreflightError.self) {
            _ = try await roll { _ in [.command(["true"], on: "a:!a")] }
        }
        #expect(error?.description.contains("asks no host: a:!a matches none") == true)
    }

    @Test(
        "of an address opens where exactly one holds it",
        arguments: [
            (["", " inet 10.0.0.9/32 "], Gate.Verdict.open(what: "h1")),
            (["", ""], .shut(seen: "nobody holds it")),
            ([" inet 10.0.0.9/32 ", " inet 10.0.0.9/24 "], .shut(seen: "h0 and h1 hold it")),
            ([" inet 10.0.0.99/24 ", " inet 110.0.0.9/24 "], .shut(seen: "nobody holds it")),
        ]
    )
    func address(shown: [String], verdict: Gate.Verdict) {
        let answers = shown.enumerated().map { number, text in
            Gate.Answer(host: "h\(number)", result: .success(ShellOutput("2: eth0   " + text)))
        }
        #expect(Gate.address("10.0.0.9", heldByOneOf: "all").verdict(answers) == verdict)
    }

    @Test func anAddressOnAHostThatDoesNotAnswerIsNotSettled() {
        let answers = [
            Gate.Answer(host: "a", result: .success(ShellOutput(" inet 10.0.0.9/32 "))),
            Gate.Answer(host: "b", result: .failure(.init("no route"))),
        ]
        #expect(Gate.address("10.0.0.9", heldByOneOf: "all").verdict(answers) == .shut(seen: "b: no route"))
    }

    @Test(
        "of HTTP reads what curl, wget and a bare connection show",
        arguments: [
            (ShellOutput("HTTP/1.1 200 OK\r\nX: y\r\n\r\nwell\r\n\r\nHTTP/1.1 500"), Gate.Verdict.open()),
            (
                ShellOutput(output: Array("well".utf8), errors: Array("  HTTP/1.0 200 OK\n  X: y\n".utf8)),
                .open()
            ),
            (ShellOutput("HTTP/2 503\r\n\r\nwell"), .shut(seen: "h: it answers 503")),
            (ShellOutput("HTTP/1.1 200 OK\r\n\r\nsick"), .shut(seen: "h: it answers without «well»")),
            (ShellOutput(status: 7, errors: Array("refused".utf8)), .shut(seen: "h: status 7: refused")),
        ]
    )
    func http(output: ShellOutput, verdict: Gate.Verdict) {
        let gate = Gate.http("http://x/", containing: "well")
        #expect(gate.verdict([Gate.Answer(host: "h", result: .success(output))]) == verdict)
    }

    @Test("of TCP and HTTP ask the real thing", arguments: [true, false])
    func loopback(listens: Bool) async throws {
        let server = try LoopbackServer()
        if !listens { server.stop() }
        let gates: [Gate] = [
            .tcp("127.0.0.1", port: server.port, from: "a", timing: once),
            .http("http://127.0.0.1:\(server.port)/x", containing: "well", timing: once),
        ]
        for gate in gates {
            let (recap, reporter) = try await roll { _ in [gate] }
            #expect((recap.exitStatus == 0) == listens, "\(reporter.notices)")
        }
        server.stop()
    }
}

/// Answers every connection with one HTTP answer.
private final class LoopbackServer: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        try #require(bound)
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread {
            while case let peer = accept(descriptor, nil, nil), peer >= 0 {
                var request = [UInt8](repeating: 0, count: 4096)
                let answer = Array("HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nwell".utf8)
                if recv(peer, &request, request.count, 0) > 0 {
                    _ = send(peer, answer, answer.count, Int32(MSG_NOSIGNAL))
                }
                close(peer)
            }
        }
    }

    /// Ends `accept`, too.
    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
