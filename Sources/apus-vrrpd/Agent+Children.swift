import CLinux

extension Agent {
    /// What tells of children that have ended: the guardian, and the programs.
    var childDescriptors: [Int32] { [signals, linux_endings()].filter { $0 >= 0 } }

    /// Takes note of every child that has ended.
    mutating func reap() throws(SystemError) {
        while true {
            var status: Int32 = 0
            let child = Int32(try check(linux_reap(&status), "start programs any longer"))
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
