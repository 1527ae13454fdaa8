public import HostInventory

/// One thing on many hosts at once, without a playbook: what `apus ping` and `apus exec` do.
extension Run {
    public enum SweepResult: Sendable {
        case done(ShellOutput, Duration)
        case unreachable(String)
        case failed(String)
        /// Ended, or not begun, since the task that sweeps was cancelled.
        case stopped
    }

    /// In bytes: the output that is kept of all hosts that are at work together, each with its share. A command that
    /// writes more is ended, and has failed.
    private static let outputBudget = 256 << 20

    /// Runs `script` on each host, and tells of each as soon as it is done. Reporters hear of it as of a play with one
    /// task; they do not get its output, but the end of that of a script that failed.
    ///
    /// Where the task is cancelled, what runs is ended on the hosts.
    ///
    /// - Parameters:
    ///   - title: what reports call it; the script by default.
    ///   - changes: whether hosts on which it did well may have been changed.
    @discardableResult
    public func sweep(
        _ hosts: [Inventory.Host],
        script: String,
        title: String? = nil,
        changes: Bool = true,
        as privilege: @escaping @Sendable (Inventory.Host) -> Privilege,
        deadline: Duration,
        each: @escaping @Sendable (Inventory.Host, SweepResult) -> Void
    ) async -> Recap {
        let start = ContinuousClock.now
        let forks = max(1, min(options.forks, hosts.count))
        let retention = ShellSection.Retention.all(limit: Self.outputBudget / forks)
        let section = ShellSection(script, deadline: deadline, retention: retention)
        let report = SweepReport(title ?? script, of: hosts, succeedsAs: changes ? .changed : .ok, for: self)
        await hosts.fanOut(atMost: forks) { host in
            report.begin(host)
            let result = await visit(host, section, privilege(host))
            report.end(host, result)
            each(host, result)
        }
        return report.end(after: start.duration(to: .now), wasStopped: Task.isCancelled)
    }

    /// Runs `script` on each host again and again, over connections that stay open, until the task is cancelled. Hosts do
    /// not wait for each other. A connection that was lost is made anew at the next turn.
    ///
    /// - Parameters:
    ///   - interval: from one answer of a host to the next question to it.
    ///   - each: gets each answer; not `stopped`.
    public func repeating(
        on hosts: [Inventory.Host],
        script: String,
        as privilege: Privilege,
        deadline: Duration,
        every interval: Duration,
        each: @escaping @Sendable (Inventory.Host, SweepResult) -> Void
    ) async {
        let limit = Self.outputBudget / max(1, hosts.count)
        let section = ShellSection(script, deadline: deadline, retention: .all(limit: limit))
        await hosts.fanOut(atMost: hosts.count) { host in
            let session = session(for: host)
            while !Task.isCancelled {
                let result = await ask(session, section, privilege)
                if case .stopped = result { break }
                if case .done = result {} else { await session.close() }
                each(host, result)
                do { try await Task.sleep(for: interval) } catch { break }
            }
            await session.close()
        }
    }

    private func visit(_ host: Inventory.Host, _ section: ShellSection, _ privilege: Privilege) async
        -> SweepResult
    {
        if Task.isCancelled { return .stopped }
        let session = session(for: host)
        let result = await ask(session, section, privilege)
        await session.close()
        return result
    }

    private func ask(_ session: HostSession, _ section: ShellSection, _ privilege: Privilege) async
        -> SweepResult
    {
        let start = ContinuousClock.now
        do {
            try await session.connect()
        } catch {
            return Task.isCancelled ? .stopped : .unreachable("\(error)")
        }
        do {
            let outputs = try await session.exchange([section], as: privilege)
            guard case .ran(let output) = outputs[0] else { return .failed("did not run") }
            return .done(output, start.duration(to: .now))
        } catch {
            return Task.isCancelled ? .stopped : .failed("\(error)")
        }
    }
}
