import CLinux
import VRRP

/// Watches whether enough processes of one name run.
///
/// The kernel tells of an end at once (pidfd_open(2)), so that nothing has to be asked while enough run. While too
/// few do, the processes are looked through again and again, since nobody tells of beginnings in every namespace.
struct ProcessWatch {
    let plan: Plan.Process
    /// Descriptors of as many as the quorum needs; more would only end more often.
    private(set) var running: [Int32] = []
    private(set) var passes: Bool?
    /// When to look again; nil while enough run.
    private(set) var deadline: Instant?

    private static let lookInterval = Duration.milliseconds(200)
    /// Processes looked at for one that lives; those that have ended and wait for their parents come first.
    private static let mostSeen = 256

    init(_ plan: Plan.Process) {
        self.plan = plan
    }

    /// Looks for the processes.
    ///
    /// - Returns: whether enough run, when that changed.
    mutating func look(at now: Instant) throws(SystemError) -> Bool? {
        stop()
        var found = [Int32](repeating: 0, count: plan.quorum + Self.mostSeen)
        let count = found.withUnsafeMutableBufferPointer {
            linux_find_processes(plan.process, $0.baseAddress, Int32($0.count))
        }
        for process in found.prefix(try check(count, "look for \(plan.process) in /proc")) {
            guard running.count < plan.quorum else { break }
            let watched = linux_watch_process(process)
            if watched == -LINUX_ESRCH { continue }
            running.append(Int32(try check(watched, "watch the process \(process) (Linux 5.3 or later)")))
        }
        let passes = running.count >= plan.quorum
        deadline = passes ? nil : now + Self.lookInterval
        guard passes != self.passes else { return nil }
        self.passes = passes
        return passes
    }

    /// Forgets the processes that it watches.
    mutating func stop() {
        for descriptor in running { linux_close(descriptor) }
        running = []
    }
}

extension Agent {
    /// Looks again where a watched process has ended, or where too few run.
    mutating func observeProcesses(ready: [Int32]) throws(SystemError) {
        let now = Clock.now
        for index in processes.indices {
            let watch = processes[index]
            let isDue = watch.deadline.map { $0 <= now } ?? false
            guard isDue || watch.running.contains(where: { ready.contains($0) }) else { continue }
            try lookForProcess(index, at: now)
        }
    }

    mutating func lookForProcess(_ index: Int, at now: Instant) throws(SystemError) {
        guard let passes = try processes[index].look(at: now) else { return }
        report(.process(index), passes: passes)
    }
}
