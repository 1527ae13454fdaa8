import ApusTesting
import Foundation
import HostInventory
import Provisioning
import Synchronization
import Testing
import Transports

@Suite("Jobs outlive connections, and are neither lost nor run twice")
struct JobTests {
    let scratch = try! Scratch()

    /// A long step: each run of its script leaves a line, and it has a result.
    private struct Long: Resource {
        let name = "long"
        let script: String
        var input: String?
        var deadline: Duration = .seconds(30)
        var isAction: Bool { true }
        var probe: Probe<Void> { .constant(()) }

        func plan(from state: Void) -> Plan {
            let upload = input.map { input in
                Upload(into: script, size: input.utf8.count) {
                    AnyIterator([.success(Array(input.utf8))].makeIterator())
                }
            }
            let action = upload.map { Step.Action.upload($0) } ?? .script(script)
            return .change([Step(name, deadline: deadline, action).asJob()], Difference())
        }
    }

    private func run(
        _ script: String,
        reading input: String? = nil,
        deadline: Duration = .seconds(30),
        connector: any Connector = LocalConnector(),
        check: Bool = false,
        hearing hear: @escaping @Sendable (_ line: String) -> Void = { _ in }
    )
        async throws -> (recap: Recap, reporter: CollectingReporter)
    {
        var options = RunOptions()
        options.check = check
        options.jobFolder = "\(scratch.path)/jobs"
        options.lock = HostLock(holder: "a test", since: "today", timeout: .seconds(20), folder: scratch.path)
        let reporter = CollectingReporter()
        let play = Play("Take long", on: "all") { _ in Long(script: script, input: input, deadline: deadline)
        }
        let run = Run(
            inventory: try inventory("one\n"),
            connector: connector,
            options: options,
            reporter: Reporters([
                reporter, Hook { if case .progress(_, _, let line) = $0 { hear(line) } },
            ])
        )
        return (try await run([Playbook("test") { play }]), reporter)
    }

    private var jobsLeft: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: scratch.path + "/jobs")) ?? [])
    }

    @Test(.timeLimit(.minutes(1)))
    func aJobEndsLikeAnyStepAndLeavesNothingAndIsHeardMeanwhile() async throws {
        let path = scratch.path
        let (recap, reporter) = try await run(
            "echo one; until [ -e \(path)/heard ]; do sleep 0.02; done; echo x >>\(path)/ran"
        ) { line in
            if line == "one" { _ = FileManager.default.createFile(atPath: path + "/heard", contents: nil) }
        }
        #expect(recap.exitStatus == 0, "\(reporter.results(of: "one"))")
        #expect(scratch.read("ran") == "x\n")
        #expect(jobsLeft.isEmpty)
    }

    @Test func aFailedJobSaysWhatItSaid() async throws {
        let (_, reporter) = try await run("echo 'the disk is full' >&2; exit 3")
        #expect(reporter.results(of: "one").map(\.outcome) == [.failed("long: status 3: the disk is full")])
        #expect(jobsLeft.isEmpty)
    }

    @Test func aJobThatHangsIsEndedWithEverythingItStarted() async throws {
        let marker = "\(scratch.path)/alive"
        let script = "( while :; do date +%s%N >\(marker); sleep 0.05; done ) & sleep 1000"
        let (_, reporter) = try await run(script, deadline: .zero)
        guard case .failed(let why)? = reporter.results(of: "one").first?.outcome else {
            Issue.record("did not fail")
            return
        }
        #expect(why.contains("was ended"))
        let last = scratch.read("alive")
        // Twenty of its periods: what still ran would have written again.
        try await Task.sleep(for: .seconds(1))
        #expect(scratch.read("alive") == last)
        #expect(jobsLeft.isEmpty)
    }

    @Test func aLostConnectionIsMadeAnewAndTheJobAdopted() async throws {
        let fragile = FragileConnector(cutting: 3, whenThereIs: "\(scratch.path)/ran")
        let script = "echo x >>\(scratch.path)/ran; sleep 2; echo 'its last word' >&2; exit 7"
        let (recap, reporter) = try await run(script, connector: fragile)
        #expect(fragile.connections == 4)
        #expect(scratch.read("ran") == "x\n")
        #expect(recap.exitStatus == 2)
        #expect(reporter.results(of: "one").map(\.outcome) == [.failed("long: status 7: its last word")])
        #expect(reporter.notices.count == 3)
        #expect(jobsLeft.isEmpty)
    }

    @Test func aJobReadsItsInputAlthoughTheConnectionIsLost() async throws {
        let fragile = FragileConnector(cutting: 2, whenThereIs: "\(scratch.path)/ran")
        let script = "echo x >>\(scratch.path)/ran; sleep 1; cat >\(scratch.path)/read"
        let (recap, _) = try await run(script, reading: "a\nb", connector: fragile)
        #expect(recap.exitStatus == 0)
        #expect(fragile.connections == 3)
        #expect(scratch.read("ran") == "x\n")
        #expect(scratch.read("read") == "a\nb")
        #expect(jobsLeft.isEmpty)
    }

    /// What a run leaves that is killed between the upload of an input and the start of its job.
    @Test func anInputWithoutAJobIsRemovedWithoutAWordByTheNextRun() async throws {
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/jobs/stray",
            withIntermediateDirectories: true
        )
        try scratch.write("jobs/stray/input", "half of it")
        #expect(try await run(":", check: true).reporter.notices == [])
        #expect(jobsLeft == ["stray"])
        #expect(try await run(":").reporter.notices == [])
        #expect(jobsLeft.isEmpty)
    }

    /// After a restart of the host its process's number may be another's.
    @Test func aJobOfAnotherBootIsNotWaitedFor() async throws {
        try leave(script: "", pid: "\(getpid()) 1")
        let (recap, reporter) = try await run(":")
        #expect(recap.exitStatus == 0)
        #expect(reporter.notices.last?.hasSuffix(": was it killed, or the host restarted?") == true)
        #expect(jobsLeft.isEmpty)
    }

    private func leave(script: String, pid: String? = nil, until end: Date = .now + 60) throws {
        let job = scratch.path + "/jobs/left"
        try FileManager.default.createDirectory(atPath: job, withIntermediateDirectories: true)
        try scratch.write("jobs/left/script", script + "\n")
        let about = "apt-get install x\nme@there\nyesterday\n\(Int(end.timeIntervalSince1970))\n"
        try scratch.write("jobs/left/about", about)
        if let pid {
            let link = "\(scratch.path)/jobs/left/pid"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: pid)
        }
    }

    @Test(
        "a job that outlived its run is waited for as long as it has left, and its end is told",
        arguments: [(60.0, "ended with status 4"), (-1, "did not end in its time, and was ended")]
    )
    func outlived(left: Double, end: String) async throws {
        try leave(
            script: left < 0 ? "sleep 20" : "sleep 1; echo x >>\(scratch.path)/left; exit 4",
            until: .now + left
        )
        let job = scratch.path + "/jobs/left"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        process.arguments = [
            "sh", "-c",
            "\(ProcessBirth.function)\nborn $$; ln -s \"$$ $since\" \(job)/pid; sh \(job)/script >\(job)/output 3>&2 2>\(job)/errors; ln -s $? \(job)/status",
        ]
        let sign = Pipe()
        process.standardError = sign
        try process.run()
        let (recap, reporter) = try await run(left < 0 ? "true" : "[ -e \(scratch.path)/left ]")
        #expect(recap.exitStatus == 0)
        let told = "a job of an earlier run, «apt-get install x» of me@there, begun yesterday"
        #expect(reporter.notices.last == "\(told): \(end)")
        #expect(jobsLeft.isEmpty)
        // Ends with the last process that has it: the whole group is gone.
        #expect(sign.fileHandleForReading.readDataToEndOfFile().isEmpty)
    }
}

/// Connections of this machine that are cut a few times.
private final class FragileConnector: Connector {
    private let cuts: Mutex<Int>
    private let trigger: String
    private let made = Mutex(0)

    init(cutting cuts: Int, whenThereIs trigger: String) {
        self.cuts = Mutex(cuts)
        self.trigger = trigger
    }

    var connections: Int { made.withLock { $0 } }

    func connect(to host: Inventory.Host, deadline: Duration) async throws -> any Transport {
        made.withLock { $0 += 1 }
        return FragileTransport(base: LocalTransport(), mayCut: mayCut)
    }

    private func mayCut() -> Bool {
        guard FileManager.default.fileExists(atPath: trigger) else { return false }
        return cuts.withLock { left in
            left -= 1
            return left >= 0
        }
    }
}

private struct FragileTransport: Transport {
    let base: LocalTransport
    let mayCut: @Sendable () -> Bool

    var loginUser: String { base.loginUser }

    func open(_ command: String) async throws -> any TransportChannel {
        FragileChannel(base: try await base.open(command), mayCut: mayCut)
    }

    func close() async { await base.close() }
}

private struct FragileChannel: TransportChannel {
    let base: any TransportChannel
    let mayCut: @Sendable () -> Bool

    func write(_ bytes: [UInt8]) async throws { try await base.write(bytes) }
    func finishWriting() async throws { try await base.finishWriting() }
    func close() async { await base.close() }

    func read() async throws -> TransportChunk {
        let chunk = try await base.read()
        if mayCut() { throw TransportError(.lost, "the cable was pulled") }
        return chunk
    }
}
