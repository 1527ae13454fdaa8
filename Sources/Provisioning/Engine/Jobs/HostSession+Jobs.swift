import Synchronization

extension HostSession {
    /// How long a host that was lost in the middle of a job is sought.
    private static let reconnecting: Duration = .seconds(90)

    /// Runs a step as a job: a lost connection is made anew, and the job adopted, not run twice.
    ///
    /// - Parameters:
    ///   - input: is stored on the host first, and read from there; `nil` is none.
    ///   - output: takes what it wrote.
    /// - Throws: `StepFailure`; `TransportError` where the host does not come back, and the next run finds the job.
    func runJob(
        _ step: Step,
        _ script: String,
        reading input: Upload? = nil,
        as privilege: Privilege,
        output: @Sendable (ShellOutput) -> Void,
        progress: @escaping @Sendable (String) -> Void
    ) async throws {
        let job = try makeJob(step, script, as: privilege)
        if let input { try await perform(job.storing(input), of: step, as: privilege, progress: progress) }
        let end = ContinuousClock.now + step.deadline
        let wasStarted = Mutex(false)
        while true {
            let section = ShellSection(
                job.follow(wasStarted: wasStarted.withLock { $0 }),
                deadline: max(.seconds(1), ContinuousClock.now.duration(to: end)),
                retention: .last(1 << 20)
            )
            do {
                let outputs = try await exchange([section], as: privilege) { line in
                    let isNew = wasStarted.withLock { seen in
                        defer { seen = true }
                        return !seen
                    }
                    if !isNew { progress(line.line) }
                }
                if case .ran(let written) = outputs[0] {
                    output(written)
                    try await finish(job, of: step, written, as: privilege)
                }
                return
            } catch ShellError.deadline(_, let said, _) {
                await self.end(job, as: privilege)
                throw StepFailure(
                    overdue: step,
                    said: said == Job.beginning ? nil : said.map(redaction.fragment)
                )
            } catch  where Task.isCancelled {
                await self.end(job, as: privilege)
                throw error
            } catch  where Self.isLoss(error) {
                progress("the connection was lost; the job goes on, seeking the host")
                try await reconnect(for: step, after: error)
                say("the connection was lost during «\(step.title)»; adopted the job again")
            }
        }
    }

    private func finish(_ job: Job, of step: Step, _ output: ShellOutput, as privilege: Privilege)
        async throws
    {
        _ = try await exchange([ShellSection(job.removal)], as: privilege)
        if output.status != 0 { throw StepFailure(step: step.title, reason: Self.reason(of: output)) }
    }

    private static func isLoss(_ error: any Error) -> Bool {
        if let error = error as? TransportError { return error.code == .lost }
        if case ShellError.ended = error { return true }
        return false
    }

    private func reconnect(for step: Step, after loss: any Error) async throws {
        let end = ContinuousClock.now + Self.reconnecting
        var pause = Duration.milliseconds(200)
        var seen = "\(loss)"
        while ContinuousClock.now < end {
            await close()
            do {
                try await connect()
                return
            } catch let error as TransportError where error.code == .hostKey {
                throw error
            } catch {
                seen = "\(error)"
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
        throw TransportError(
            .lost,
            "lost during «\(step.title)», and not back within \(Self.reconnecting.brief): \(seen)\n"
                + "  what runs there goes on; the next run waits for it and says how it ended"
        )
    }

    /// Also where this task is cancelled.
    private func end(_ job: Job, as privilege: Privilege) async {
        let ending = Task {
            guard let opened = try? await self.open(privilege) else { return }
            let shell = Shell(opened, privilege: privilege)
            // The step has failed either way; a job that survives this is found by the next run.
            _ = try? await shell.exchange([ShellSection(job.ending, deadline: .seconds(10))])
            await shell.close()
        }
        await ending.value
    }

    /// Waits for jobs that an earlier run left on the host; check mode only says that they are there.
    func adopt(_ jobs: [String], on shell: Shell) async throws {
        for path in jobs where !isOwn(path) {
            if isCheck {
                say("an earlier run's job is still there: \(path)")
                continue
            }
            let shown = Mutex(0)
            let section = ShellSection(
                Job.adoption(of: path),
                deadline: .seconds(7200),
                retention: .last(64 << 10)
            )
            let outputs = try await shell.exchange([section]) { line in
                let number = shown.withLock { count in
                    count += 1
                    return count
                }
                if number <= 2 { self.say("found a job of an earlier run: \(line.line)") }
            }
            guard case .ran(let output) = outputs[0], !output.output.isEmpty else { continue }
            let lines = output.text.split(separator: "\n")
            say("a job of an earlier run, \(lines.first ?? "?"): \(lines.last ?? "?")")
        }
    }
}
