import CLinux
import VRRP

/// A process that waits for the agent to be killed, and then resigns in its name.
///
/// It is a fork of the agent as it was when it last became master, so it has the open sockets and knows the
/// addresses; it sleeps until its pipe to the agent closes. Whenever there is something else to resign from,
/// the next one replaces it.
struct Guardian {
    let process: Int32
    /// The agent's end of the pipe: a byte dismisses the guardian, its closing without one calls it.
    private let lifeline: Int32

    /// So that one that always dies at once does not keep the agent busy.
    static let mostLosses = 8

    enum Side {
        case agent(Guardian)
        case guardian(lifeline: Int32)
    }

    /// Returns twice.
    ///
    /// - Parameter predecessor: still on duty; the new one must not hold its pipe open.
    static func fork(replacing predecessor: Guardian?) throws(SystemError) -> Side {
        var lifeline: Int32 = -1
        let process = Int32(try check(linux_fork_guardian("vrrp-guardian", &lifeline), "start the guardian"))
        guard process == 0 else {
            return .agent(Guardian(process: process, lifeline: lifeline))
        }
        if let predecessor { linux_close(predecessor.lifeline) }
        return .guardian(lifeline: lifeline)
    }

    /// Ends it without any action.
    func dismiss() {
        var byte: UInt8 = 1
        // Where it is gone already, there is nobody to dismiss.
        _ = linux_write(lifeline, &byte, 1)
        linux_close(lifeline)
    }

    /// In the guardian: waits.
    ///
    /// - Returns: whether the agent has died; false when this guardian was dismissed.
    static func outlives(_ lifeline: Int32) -> Bool {
        var byte: UInt8 = 0
        while true {
            let result = linux_read(lifeline, &byte, 1)
            if result != -Int64(LINUX_EINTR) { return result == 0 }
        }
    }
}

extension Agent {
    /// Sees to it that exactly while there is a master here, a guardian knows how to resign for it.
    mutating func renewGuardian() {
        guard isGuardianStale else { return }
        isGuardianStale = false
        guard instances.contains(where: { $0.router.state == .master }) else {
            guardian?.dismiss()
            guardian = nil
            return
        }
        do throws(SystemError) {
            switch try Guardian.fork(replacing: guardian) {
            case .agent(let new):
                guardian?.dismiss()
                guardian = new
            case .guardian(let lifeline): standGuard(lifeline)
            }
        } catch {
            Log.error("\(error.description); if the agent is killed now, its addresses stay here")
        }
    }

    /// A guardian that somebody ended is replaced, up to so many times in one state of the agent.
    mutating func guardianEnded(_ child: Int32) {
        guard let guardian, guardian.process == child else { return }
        guardian.dismiss()
        self.guardian = nil
        lostGuardians += 1
        isGuardianStale = lostGuardians < Guardian.mostLosses
        Log.warning("the guardian was ended by somebody\(isGuardianStale ? ": started again" : "")")
    }

    private mutating func standGuard(_ lifeline: Int32) {
        // Its name must be free for the next agent.
        if let status { linux_close(status.descriptor) }
        if Guardian.outlives(lifeline) {
            for index in instances.indices where instances[index].router.state == .master {
                handle(.shutdown, instance: index)
            }
            for index in instances.indices { removeVirtualInterface(of: index) }
            balancer.remove()
            Log.error("the agent was killed: its guardian has resigned and removed the addresses")
        }
        linux_exit(0)
    }
}
