extension HostSession {
    /// Restarts the host; returns when it runs another boot and its services are up.
    ///
    /// Success is a changed boot id, not a connection: one that answers early may still be the old boot.
    func reboot(_ step: Step, as privilege: Privilege, progress: @escaping @Sendable (String) -> Void)
        async throws
    {
        let before = try await bootID(as: privilege)
        try await startGoingDown("systemctl reboot || shutdown -r now || reboot", as: privilege)
        await forget()
        let deadline = ContinuousClock.now + step.deadline
        var seen = "nothing yet"
        while ContinuousClock.now < deadline {
            do {
                try await connect()
                if try await bootID(as: privilege) != before {
                    progress("is back; waiting for its services")
                    try await waitUntilRunning(as: privilege, until: deadline)
                    return
                }
                seen = "the same boot still answers"
            } catch let error as TransportError where error.code == .hostKey {
                throw error
            } catch {
                seen = "\(error)"
            }
            progress(seen)
            await forget()
            try await Task.sleep(for: .milliseconds(250))
        }
        throw StepFailure(
            step: step.title,
            reason: "the host is not back within \(step.deadline.brief): \(seen)"
        )
    }

    /// Powers the host off; returns when it takes no more connections.
    func powerOff(_ step: Step, as privilege: Privilege, progress: @escaping @Sendable (String) -> Void)
        async throws
    {
        try await startGoingDown("systemctl poweroff || shutdown -h now || poweroff", as: privilege)
        let deadline = ContinuousClock.now + step.deadline
        // The open connection ends when the host does; new ones are refused earlier, while services still stop.
        let opened = try? await open(.login)
        if let opened { await waitForEnd(of: opened.channel, until: deadline) }
        await forget()
        var misses = 0
        while misses < 2 {
            guard ContinuousClock.now < deadline else {
                throw StepFailure(
                    step: step.title,
                    reason: "the host still answers after \(step.deadline.brief)"
                )
            }
            do {
                try await connect()
                misses = 0
                progress("still answers")
                await forget()
            } catch {
                misses += 1
            }
            try await Task.sleep(for: .milliseconds(300))
        }
        await markPoweredOff()
    }

    private func waitForEnd(of channel: any TransportChannel, until deadline: ContinuousClock.Instant) async {
        let left = ContinuousClock.now.duration(to: deadline)
        _ = try? await Deadline(after: left).run {
            while case .some(let chunk) = try? await channel.read() {
                if case .exited = chunk { return }
            }
        }
    }

    /// Begins in the background a moment later, so that this exchange still gets its answer.
    private func startGoingDown(_ command: String, as privilege: Privilege) async throws {
        let script = "nohup sh -c \(shellQuoted("sleep 0.3; " + command)) >/dev/null 2>&1 </dev/null &"
        let outputs = try await exchange([ShellSection(script)], as: privilege)
        if case .ran(let output) = outputs[0], output.status != 0 {
            throw StepFailure(step: command, reason: Self.reason(of: output))
        }
    }

    private func bootID(as privilege: Privilege) async throws -> String {
        let outputs = try await exchange(
            [ShellSection("cat /proc/sys/kernel/random/boot_id", deadline: .seconds(10))],
            as: privilege
        )
        guard case .ran(let output) = outputs[0], output.status == 0, !output.text.trimmed.isEmpty else {
            throw ObservationError("the host has no boot id in /proc/sys/kernel/random/boot_id")
        }
        return output.text.trimmed
    }

    private func waitUntilRunning(as privilege: Privilege, until deadline: ContinuousClock.Instant)
        async throws
    {
        let script = """
            [ -d /run/systemd/system ] || exit 0
            while :; do
              case $(systemctl is-system-running 2>/dev/null) in
                running|degraded) exit 0 ;;
                *) sleep 0.2 ;;
              esac
            done
            """
        let left = max(.seconds(1), ContinuousClock.now.duration(to: deadline))
        _ = try await exchange([ShellSection(script, deadline: left)], as: privilege)
    }
}
