import Provisioning
import Synchronization

/// A run of a test's own that goes on while the test breaks something.
struct LiveRun: Sendable {
    private let host: String
    private let reporter: Ear
    private let work: Task<Recap, any Error>

    init(
        on host: String,
        _ begin: @escaping @Sendable (_ reporter: any Reporter) async throws -> Recap
    ) {
        self.host = host
        let reporter = Ear()
        self.reporter = reporter
        work = Task {
            defer { reporter.finish() }
            return try await begin(reporter)
        }
    }

    /// Waits until a line of output or a notice contains `text`. Every run ends, so this does too.
    ///
    /// - Throws: where the run ended without it.
    func hears(_ text: String) async throws {
        for await line in reporter.lines where line.contains(text) { return }
        throw Silence(wanted: text, transcript: try await end().transcript)
    }

    struct Silence: Error, CustomStringConvertible {
        let wanted: String
        let transcript: String

        var description: String { "the run ended without «\(wanted)»:\n\(transcript)" }
    }

    /// As a second Ctrl-C does.
    func cancel() { work.cancel() }

    func end() async throws -> LabHosts.Outcome {
        LabHosts.Outcome(recap: try await work.value, events: reporter.events, host: host)
    }
}

/// Keeps all events, and passes on what people would read while it goes on.
private final class Ear: Reporter {
    let lines: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    private let collected = Mutex<[Event]>([])

    init() { (lines, continuation) = AsyncStream.makeStream() }

    func report(_ event: Event) {
        collected.withLock { $0.append(event) }
        switch event {
        case .progress(_, _, let line): continuation.yield(line)
        case .notice(_, let text): continuation.yield(text)
        default: break
        }
    }

    func finish() { continuation.finish() }

    var events: [Event] { collected.withLock { $0 } }
}
