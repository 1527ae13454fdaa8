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
    /// - Throws: `ShellError`, `TransportError`, `CancellationError`. The shell is then of no more use.
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
            await channel.close()
            throw error
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
        let allowance = sections.reduce(Duration.seconds(10)) { $0 + $1.deadline }
        do {
            try await Deadline(after: allowance).run {
                // The write may wait for the host to read, and the host for us to read: so both go on at once.
                async let written: Void = self.channel.write(text)
                try await self.receive(progress)
                try await written
            }
        } catch is DeadlineExceeded {
            throw ShellError.deadline(section: min(output.ended.count, sections.count - 1), allowance)
        }
        return zip(output.ended, errors.ended).map { output, errors in
            output.status == -1
                ? .skipped
                : .ran(ShellOutput(status: output.status, output: output.bytes, errors: errors.bytes))
        }
    }

    private func receive(_ progress: (@Sendable (ShellProgress) -> Void)?) async throws {
        while !(output.isComplete && errors.isComplete) {
            switch try await channel.read() {
            case .output(let bytes):
                output.consume(bytes)
                report(output, to: progress)
            case .errors(let bytes):
                errors.consume(bytes)
                report(errors, to: progress)
            case .exited(let status):
                throw ShellError.ended(
                    status: status,
                    errors: String(decoding: errors.tail, as: UTF8.self).trimmed
                )
            }
            if let section = output.overflow ?? errors.overflow {
                throw ShellError.tooMuchOutput(section: section)
            }
        }
    }

    private func report(
        _ stream: ShellFraming.StreamParser,
        to progress: (@Sendable (ShellProgress) -> Void)?
    ) {
        guard let progress, !stream.isComplete else { return }
        let lines = String(decoding: stream.tail, as: UTF8.self).split(whereSeparator: \.isNewline)
        if let line = lines.last { progress(ShellProgress(section: stream.ended.count, line: line.trimmed)) }
    }

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
    case deadline(section: Int, Duration)
    case ended(status: Int32?, errors: String)
    case tooMuchOutput(section: Int)

    var description: String {
        switch self {
        case .deadline(_, let deadline):
            "did not end within \(deadline.brief) and was ended"
        case .ended(let status, let errors):
            "the shell on the host ended (\(status.map { "status \($0)" } ?? "by a signal"))"
                + (errors.isEmpty ? "" : ": \(errors)")
        case .tooMuchOutput:
            "wrote more output than is kept"
        }
    }
}
