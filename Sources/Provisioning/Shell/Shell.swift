/// One long-lived POSIX `sh` on a host, with one privilege. Exchanges go one after the other.
actor Shell {
    let privilege: Privilege
    private let channel: any TransportChannel
    private let framing: ShellFraming
    private nonisolated let processID: Int32
    private var exchanges = 0
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var failure: (any Error)?
    private var output: ShellFraming.StreamParser
    private var errors: ShellFraming.StreamParser
    /// When the section that runs has to have ended.
    private var due = ContinuousClock.now

    init(_ opened: ShellLogin.Opened, privilege: Privilege) {
        self.privilege = privilege
        channel = opened.channel
        framing = ShellFraming(nonce: opened.nonce)
        processID = opened.processID
        output = ShellFraming.StreamParser(framing: framing, exchange: 0, sections: [])
        errors = output
    }

    /// Runs `sections` in one round trip.
    ///
    /// - Throws: `ShellError`, `TransportError`, `CancellationError`. The shell is then of no more use. What it runs may be
    ///   still at work (`isAtWork(after:)`): then somebody ends it (`leader`), so that it may clear up, and then `close`s.
    func exchange(
        _ sections: [ShellSection],
        progress: (@Sendable (ShellProgress) -> Void)? = nil
    ) async throws -> [ShellSectionOutput] {
        if sections.isEmpty { return [] }
        await acquire()
        defer { release() }
        if let failure { throw failure }
        exchanges += 1
        do {
            return try await perform(sections, number: exchanges, progress: progress)
        } catch {
            failure = error
            if !Self.isAtWork(after: error) { await channel.close() }
            throw error
        }
    }

    /// Whether the exchange came to nothing for us, and not for the host.
    static func isAtWork(after error: any Error) -> Bool {
        switch error {
        case ShellError.deadline, ShellError.tooMuchOutput: true
        default: Task.isCancelled
        }
    }

    /// Leads the process group of everything that the shell runs.
    nonisolated var leader: Int32 { processID }

    func close() async {
        failure = failure ?? TransportError(.lost, "the shell was closed")
        await channel.close()
    }

    private func perform(
        _ sections: [ShellSection],
        number: Int,
        progress: (@Sendable (ShellProgress) -> Void)?
    ) async throws -> [ShellSectionOutput] {
        let text = framing.text(of: sections, exchange: number)
        output = ShellFraming.StreamParser(framing: framing, exchange: number, sections: sections)
        errors = output
        due = .now + sections[0].deadline + Self.grace
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                // The write may wait for the host to read, and the host for us to read: so both go on at once.
                group.addTask { try await self.send(text) }
                group.addTask { try await self.receive(sections, progress) }
                group.addTask { try await self.waitUntilOverdue() }
                defer { group.cancelAll() }
                for _ in ["sent", "received"] { try await group.next() }
            }
        } catch is DeadlineExceeded {
            throw ShellError.deadline(
                section: min(current, sections.count - 1),
                said: lastLine,
                ended: ended
            )
        }
        return ended
    }

    /// The sections that have ended.
    private var ended: [ShellSectionOutput] {
        zip(output.ended, errors.ended).map { output, errors in
            output.status == -1
                ? .skipped
                : .ran(ShellOutput(status: output.status, output: output.bytes, errors: errors.bytes))
        }
    }

    private func send(_ text: [UInt8]) async throws {
        do {
            try await channel.write(text)
        } catch {
            // Where the shell has ended, what is read says why.
            try await Task.sleep(for: Self.lastWords)
            throw error
        }
    }

    /// How long it is read on where nothing can be written any more.
    private static let lastWords: Duration = .seconds(1)

    /// For a section's way to the host and back, on top of its deadline.
    private static let grace: Duration = .seconds(5)

    /// The section that runs.
    private var current: Int { min(output.ended.count, errors.ended.count) }

    /// - Throws: `DeadlineExceeded`, when a section has not ended in its time.
    private func waitUntilOverdue() async throws {
        while ContinuousClock.now < due {
            // Looked at again now and then, since the next section may be due sooner than this one.
            try await Task.sleep(until: min(due, .now + Self.grace), clock: .continuous)
        }
        throw DeadlineExceeded()
    }

    private func receive(
        _ sections: [ShellSection],
        _ progress: (@Sendable (ShellProgress) -> Void)?
    ) async throws {
        while !(output.isComplete && errors.isComplete) {
            let section = current
            switch try await channel.read() {
            case .output(let bytes):
                output.consume(bytes)
                report(output, to: progress)
            case .errors(let bytes):
                errors.consume(bytes)
                report(errors, to: progress)
            case .exited(let status):
                throw ShellError.ended(status: status, errors: errors.tail.trimmed)
            }
            if let limit = output.overflow ?? errors.overflow { throw ShellError.tooMuchOutput(limit: limit) }
            if current > section, current < sections.count {
                due = .now + sections[current].deadline + Self.grace
            }
        }
    }

    private func report(
        _ stream: ShellFraming.StreamParser,
        to progress: (@Sendable (ShellProgress) -> Void)?
    ) {
        guard let progress, !stream.isComplete else { return }
        if let line = stream.lastLine { progress(ShellProgress(section: stream.ended.count, line: line)) }
    }

    /// What the section that runs wrote last: errors say more.
    private var lastLine: String? { errors.lastLine ?? output.lastLine }

    private func acquire() async {
        if isBusy {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isBusy = true
        }
    }

    private func release() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }
}

/// Why an exchange with a shell came to nothing.
enum ShellError: Error, CustomStringConvertible {
    /// - Parameters:
    ///   - said: the last line that the section wrote.
    ///   - ended: those before it.
    case deadline(section: Int, said: String?, ended: [ShellSectionOutput])
    case ended(status: Int32?, errors: String)
    /// - Parameter limit: in bytes.
    case tooMuchOutput(limit: Int)

    var description: String {
        switch self {
        case .deadline(_, let said, _):
            "did not end in its time and was ended" + (said.map { "; it last said: \($0)" } ?? "")
        case .ended(let status, let errors):
            "the shell on the host ended (\(status.map { "status \($0)" } ?? "by a signal"))"
                + (errors.isEmpty ? "" : ": \(errors)")
        case .tooMuchOutput(let limit):
            "wrote more than \(limit >> 20) MiB, which is the most that is kept, and was ended; "
                + "have it write into a file on the host"
        }
    }
}
