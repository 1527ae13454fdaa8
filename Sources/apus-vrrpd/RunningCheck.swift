import CLinux
import VRRP

/// A check program at work.
struct RunningCheck {
    let plan: Plan.Check
    private var check: PeriodicCheck
    private var process: Int32?
    private var failedStarts: UInt64 = 0

    init(_ plan: Plan.Check) {
        self.plan = plan
        check = PeriodicCheck(plan.settings)
    }

    var deadline: Instant? { check.deadline }
    /// nil before the first result.
    var passes: Bool? { check.passes }

    /// - Returns: whether it passes, when that changed.
    mutating func start(at now: Instant) -> Bool? {
        check.handle(.start, at: now)
        return perform(at: now)
    }

    mutating func timer(at now: Instant) -> Bool? {
        check.handle(.timer, at: now)
        return perform(at: now)
    }

    /// Takes note that a child has ended; it may be another's.
    mutating func ended(_ child: Int32, status: Int32, at now: Instant) -> Bool? {
        guard process == child else { return nil }
        process = nil
        check.handle(.ended(succeeded: status == 0), at: now)
        return perform(at: now)
    }

    /// Ends the program, for good.
    mutating func stop() {
        guard let process else { return }
        _ = linux_signal_group(process, LINUX_SIGKILL)
    }

    private mutating func perform(at now: Instant) -> Bool? {
        var report: Bool?
        while let action = check.nextAction() {
            switch action {
            case .run: run(at: now)
            // The group may be gone by now: then SIGCHLD is on its way.
            case .terminate:
                Log.warning(
                    "check \(plan.name): takes longer than \(plan.settings.timeout.secondsText): ended"
                )
                if let process { _ = linux_signal_group(process, LINUX_SIGTERM) }
            case .kill: if let process { _ = linux_signal_group(process, LINUX_SIGKILL) }
            case .report(let passes): report = passes
            }
        }
        return report
    }

    private mutating func run(at now: Instant) {
        do throws(SystemError) {
            process = try Program.start(plan.program.arguments, as: plan.program.user)
            failedStarts = 0
        } catch {
            failedStarts += 1
            if failedStarts & (failedStarts - 1) == 0 {
                Log.error("check \(plan.name): \(error.description) (\(failedStarts) so far)")
            }
            check.handle(.notStarted, at: now)
        }
    }
}
