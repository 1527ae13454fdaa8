public import HostInventory

/// One thing on many hosts at once, without a playbook: what `apus ping` and `apus exec` do.
extension Run {
    public enum SweepResult: Sendable {
        case done(ShellOutput, Duration)
        case unreachable(String)
        case failed(String)
    }

    /// Runs `script` on each host, and tells of each as soon as it is done.
    public func sweep(
        _ hosts: [Inventory.Host],
        script: String,
        as privilege: Privilege,
        deadline: Duration,
        each: @escaping @Sendable (Inventory.Host, SweepResult) -> Void
    ) async {
        await hosts.fanOut(atMost: options.forks) { host in
            each(host, await visit(host, script, privilege, deadline))
        }
    }

    private func visit(
        _ host: Inventory.Host,
        _ script: String,
        _ privilege: Privilege,
        _ deadline: Duration
    ) async -> SweepResult {
        let session = session(for: host)
        let start = ContinuousClock.now
        let result: SweepResult
        do {
            try await session.connect()
            do {
                let section = ShellSection(script, deadline: deadline, retention: .all(limit: 64 << 20))
                let outputs = try await session.exchange([section], as: privilege)
                if case .ran(let output) = outputs[0] {
                    result = .done(output, start.duration(to: .now))
                } else {
                    result = .failed("did not run")
                }
            } catch {
                result = .failed("\(error)")
            }
        } catch {
            result = .unreachable("\(error)")
        }
        await session.close()
        return result
    }
}
