import CLinux

extension Agent {
    /// Takes note of every child that has ended.
    mutating func reap() throws(SystemError) {
        while true {
            var status: Int32 = 0
            let child = Int32(try check(linux_reap(&status), "look after child processes"))
            guard child > 0 else { return }
            for index in checks.indices {
                let passes = checks[index].ended(child, status: status, at: Clock.now)
                if let passes { report(.check(index), passes: passes) }
            }
            for index in notifiers.indices {
                notifiers[index].ended(child, status: status, at: Clock.now)
            }
            guardianEnded(child)
        }
    }
}
