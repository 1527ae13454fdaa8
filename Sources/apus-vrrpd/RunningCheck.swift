import CLinux
import KeepalivedConfiguration
import VRRP

/// A check at work.
struct RunningCheck {
    let plan: Plan.Check
    private var check: PeriodicCheck
    private var process: Int32?
    /// Waits for the other side.
    private(set) var connection: CheckConnection?
    /// Why the last run failed; nil where it did not.
    private(set) var failure: String?
    /// Whether the last run was given up.
    private var isOverdue = false
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
        // Where it took too long, that is why.
        if !isOverdue { failure = status == 0 ? nil : ("it ends with status \(Int(status))" as Message).text }
        return end(at: now)
    }

    /// Takes note that something happened on the connection.
    mutating func proceed(at now: Instant) -> Bool? {
        guard let outcome = connection?.proceed() else { return nil }
        connection = nil
        if case .failed(let reason) = outcome { failure = reason } else { failure = nil }
        return end(at: now)
    }

    private mutating func end(at now: Instant) -> Bool? {
        check.handle(.ended(succeeded: failure == nil), at: now)
        return perform(at: now)
    }

    /// Ends it, for good.
    mutating func stop() {
        connection = nil
        if let process { _ = linux_signal_group(process, LINUX_SIGKILL) }
    }

    private mutating func perform(at now: Instant) -> Bool? {
        var report: Bool?
        while let action = check.nextAction() {
            switch action {
            case .run: run(at: now)
            case .terminate: giveUp(at: now)
            case .kill: if let process { _ = linux_signal_group(process, LINUX_SIGKILL) }
            case .report(let passes): report = passes
            }
        }
        return report
    }

    private mutating func giveUp(at now: Instant) {
        isOverdue = true
        failure = "it takes longer than \(plan.settings.timeout.secondsText)"
        guard connection == nil else {
            connection = nil
            return check.handle(.ended(succeeded: false), at: now)
        }
        Log.warning("check \(plan.name): takes longer than \(plan.settings.timeout.secondsText): ended")
        // The group may be gone by now: then SIGCHLD is on its way.
        if let process { _ = linux_signal_group(process, LINUX_SIGTERM) }
    }

    private mutating func run(at now: Instant) {
        isOverdue = false
        switch plan.probe {
        case .program(let program): start(program, at: now)
        case .connection(let target): connect(to: target, nil, at: now)
        case .web(let target, let question): connect(to: target, question, at: now)
        }
    }

    private mutating func connect(to target: Plan.Connection, _ question: Plan.Question?, at now: Instant) {
        do throws(SystemError) {
            connection = try CheckConnection(to: target, asking: question)
        } catch {
            failure = SystemError.text(of: error.code)
            check.handle(.notStarted, at: now)
        }
    }

    private mutating func start(_ program: Plan.Program, at now: Instant) {
        do throws(SystemError) {
            process = try Program.start(program.arguments, as: program.user)
            failedStarts = 0
        } catch {
            if failedStarts.countReported() {
                Log.error("check \(plan.name): \(error.description) (\(failedStarts) so far)")
            }
            failure = error.description
            check.handle(.notStarted, at: now)
        }
    }
}
