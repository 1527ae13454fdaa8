/// Passes events on without the secrets of the hosts that they tell of.
struct RedactingReporter: Reporter {
    let reporter: any Reporter
    let redactions: Redactions

    func report(_ event: Event) { reporter.report(redacted(event)) }

    private func redacted(_ event: Event) -> Event {
        switch event {
        case .unreachable(let host, let reason):
            .unreachable(host: host, reason: redactions[host](reason))
        case .progress(let host, let task, let line):
            .progress(host: host, task: task, line: redactions[host].fragment(line))
        case .taskFinished(let host, let task, let result):
            .taskFinished(host: host, task: task, result.redacted(redactions[host]))
        case .notice(let host?, let text): .notice(host: host, redactions[host](text))
        case .notice(nil, let text): .notice(host: nil, redactions.ofAll(text))
        case .gateFinished(let gate, let duration, let failure):
            .gateFinished(gate, after: duration, failure: failure.map(redactions.ofAll))
        case .runFinished(let recap): .runFinished(redacted(recap))
        // These name things as the playbooks do; tasks were named without secrets when the program was made.
        case .runStarted, .playStarted, .connected, .planned, .taskStarted, .changeBegun, .handlersPending,
            .hostFinished, .playFinished, .gateStarted:
            event
        }
    }

    private func redacted(_ recap: Recap) -> Recap {
        var recap = recap
        for index in recap.hosts.indices {
            let host = recap.hosts[index]
            recap.hosts[index].line.unreachable = host.line.unreachable.map { redactions[host.name]($0) }
        }
        return recap
    }
}

extension TaskResult {
    fileprivate func redacted(_ redaction: Redaction) -> TaskResult {
        var result = self
        switch outcome {
        case .ok, .changed: break
        case .unknown(let why): result.outcome = .unknown(redaction(why))
        case .failed(let why): result.outcome = .failed(redaction(why))
        case .skipped(let why): result.outcome = .skipped(redaction(why))
        }
        result.difference = Difference(difference.entries.map { $0.redacted(redaction) })
        result.preview = preview?.redacted(redaction)
        return result
    }
}

extension Difference.Entry {
    fileprivate func redacted(_ redaction: Redaction) -> Difference.Entry {
        switch self {
        case .attribute(let name, let from, let to):
            .attribute(redaction(name), from: from.map { redaction($0) }, to: to.map { redaction($0) })
        case .content(let path, let before, let after):
            .content(path: redaction(path), before: before.map { redaction($0) }, after: redaction(after))
        }
    }
}
