import CLinux
import VRRP

/// A check at work.
struct RunningCheck {
    let plan: Plan.Check
    private var check: PeriodicCheck
    private var process: Int32?
    /// Waits for the other side.
    private(set) var connection: Int32?
    /// Why the last connection failed.
    private(set) var failure: Int32?
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

    /// Takes note that the connection is decided.
    mutating func connected(at now: Instant) -> Bool? {
        guard let connection else { return nil }
        let result = linux_connected(connection)
        failure = result < 0 ? -result : nil
        closeConnection()
        check.handle(.ended(succeeded: result == 0), at: now)
        return perform(at: now)
    }

    /// Ends it, for good.
    mutating func stop() {
        closeConnection()
        if let process { _ = linux_signal_group(process, LINUX_SIGKILL) }
    }

    private mutating func closeConnection() {
        if let connection { linux_close(connection) }
        connection = nil
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
        guard connection == nil else {
            failure = LINUX_ETIMEDOUT
            closeConnection()
            return check.handle(.ended(succeeded: false), at: now)
        }
        Log.warning("check \(plan.name): takes longer than \(plan.settings.timeout.secondsText): ended")
        // The group may be gone by now: then SIGCHLD is on its way.
        if let process { _ = linux_signal_group(process, LINUX_SIGTERM) }
    }

    private mutating func run(at now: Instant) {
        switch plan.probe {
        case .program(let program): start(program, at: now)
        case .connection(let address, let port): connect(to: address, port: port, at: now)
        }
    }

    private mutating func connect(to address: IPAddress, port: UInt16, at now: Instant) {
        let result = address.bytes.withUnsafeBytes {
            linux_connect(address.family.number, $0.baseAddress, port)
        }
        if result >= 0 {
            connection = result
        } else {
            failure = -result
            check.handle(.notStarted, at: now)
        }
    }

    private mutating func start(_ program: Plan.Program, at now: Instant) {
        do throws(SystemError) {
            process = try Program.start(program.arguments, as: program.user)
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
