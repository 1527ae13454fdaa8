/// A step that did not succeed, for people.
struct StepFailure: Error, CustomStringConvertible {
    let step: String
    let reason: String

    var description: String { step + ": " + reason }
}

extension StepFailure {
    /// - Parameter said: the last line that it wrote.
    init(overdue step: Step, said: String?) {
        let said = said.map { "; it last said: \($0)" } ?? ""
        self.init(step: step.title, reason: "did not end within \(step.deadline.brief) and was ended\(said)")
    }
}

extension HostSession {
    /// Does `steps` in order, then looks at `questions`; the last scripts and the look travel in one exchange.
    ///
    /// - Parameter output: takes what each script wrote.
    /// - Throws: `StepFailure` where a step failed, and nothing after it was done; `TransportError`.
    func apply(
        _ steps: [Step],
        as privilege: Privilege,
        thenObserve questions: [Privilege: [AnyObservation]],
        output: @escaping @Sendable (ShellOutput) -> Void = { _ in },
        progress: @escaping @Sendable (String) -> Void
    ) async throws -> [Privilege: Answers] {
        hide(steps.flatMap(\.allSecrets))
        var scripts: [Step] = []
        for step in steps {
            switch step.action {
            case .script where !step.isJob:
                scripts.append(step)
                continue
            default:
                _ = try await runScripts(
                    scripts,
                    as: privilege,
                    thenObserve: [],
                    output: output,
                    progress: progress
                )
                scripts = []
            }
            switch step.action {
            case .script(let script):
                try await runJob(step, script, as: privilege, output: output, progress: progress)
            case .upload(let upload) where step.isJob:
                try await runJob(
                    step,
                    upload.receiver,
                    reading: upload,
                    as: privilege,
                    output: output,
                    progress: progress
                )
            case .upload(var upload):
                upload.receiver = step.environment.exports + upload.receiver
                try await perform(upload, of: step, as: privilege, progress: progress)
            case .reboot: try await reboot(step, as: privilege, progress: progress)
            case .powerOff: try await powerOff(step, as: privilege, progress: progress)
            }
        }
        if isPoweredOff { return [:] }
        var questions = questions
        let sameShell = questions.removeValue(forKey: privilege) ?? []
        var answers: [Privilege: Answers] = [:]
        answers[privilege] = try await runScripts(
            scripts,
            as: privilege,
            thenObserve: sameShell,
            output: output,
            progress: progress
        )
        return try await answers.merging(observe(questions)) { $1 }
    }

    private func runScripts(
        _ steps: [Step],
        as privilege: Privilege,
        thenObserve observations: [AnyObservation],
        output: @Sendable (ShellOutput) -> Void,
        progress: @escaping @Sendable (String) -> Void
    ) async throws -> Answers {
        let batch = batch(of: observations)
        var sections: [ShellSection] = []
        for case (.script(let script), let step) in steps.map({ ($0.action, $0) }) {
            sections.append(
                ShellSection(
                    step.environment.exports + script,
                    deadline: step.deadline,
                    retention: .last(1 << 20),
                    isRequired: true,
                    needsSuccess: true
                )
            )
        }
        sections += self.sections(of: batch).map { section in
            var section = section
            section.needsSuccess = true
            return section
        }
        let outputs: [ShellSectionOutput]
        var hangingLook: Int?
        do {
            outputs = try await exchange(sections, as: privilege) { line in
                if line.section < steps.count { progress(line.line) }
            }
        } catch ShellError.deadline(let section, let said, let ended) {
            guard section >= steps.count else {
                throw StepFailure(overdue: steps[section], said: said.map(redaction.fragment))
            }
            outputs = ended
            hangingLook = section - steps.count
        }
        for case (.ran(let written), let step) in zip(outputs, steps) {
            output(written)
            sayWarnings(in: written.errorText)
            if written.status != 0 { throw StepFailure(step: step.title, reason: Self.reason(of: written)) }
        }
        if let hangingLook { return try await look(batch.avoiding(hangingLook), as: privilege) }
        return batch.answers(from: Array(outputs.dropFirst(steps.count)))
    }

    /// Tells people what a step warned of: see `Step.warnFunction`.
    private func sayWarnings(in errors: String) {
        for line in errors.split(separator: "\n") where line.hasPrefix(Step.warningMark) {
            say("warning: " + line.dropFirst(Step.warningMark.count))
        }
    }

    /// What a failed command said: the end of its errors, or of its output where it wrote none.
    static func reason(of output: ShellOutput) -> String {
        let errors = lastLines(of: output.errors)
        let lines = (errors.isEmpty ? lastLines(of: output.output) : errors).joined(separator: "\n")
        return "status \(output.status)" + (lines.isEmpty ? ", without a word" : ": \(lines)")
    }

    /// As many as people read.
    private static func lastLines(of bytes: [UInt8]) -> [String] {
        let end = bytes.suffix(16 << 10)
        // What is cut off at its beginning may be the rest of a secret.
        let isCut = end.count < bytes.count && end.contains(UInt8(ascii: "\n"))
        let lines = isCut ? end.drop { $0 != UInt8(ascii: "\n") } : end
        return String(decoding: lines, as: UTF8.self).printableLines
            .filter { !Step.isMarked($0) }.suffix(12)
    }

    func perform(
        _ upload: Upload,
        of step: Step,
        as privilege: Privilege,
        progress: @escaping @Sendable (String) -> Void
    ) async throws {
        let opened = try await open(privilege)
        do {
            let (errors, digest) = try await UploadStream(
                upload: upload,
                channel: opened.channel,
                nonce: opened.nonce,
                deadline: step.deadline
            ).run(progress)
            sayWarnings(in: errors)
            if let digest {
                upload.digested?(digest)
                digests.note(digest, ofFilesToldIn: errors)
            }
        } catch {
            // Not by the connection: what receives may still be at work.
            await end(opened.processID, as: privilege)
            await opened.channel.close()
            guard let failure = error as? UploadStream.Failure else { throw error }
            throw StepFailure(step: step.title, reason: failure.reason)
        }
        await opened.channel.close()
    }
}
