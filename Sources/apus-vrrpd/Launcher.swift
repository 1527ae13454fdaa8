import CLinux

/// The process that starts the programs of checks and notifications.
///
/// The agent gives up its rights, and its filter of system calls would hold for all that it starts. So this process,
/// forked before that, stays what the agent was started as. It reads the configuration itself, and starts nothing
/// but what that names. It ends with the agent.
struct Launcher {
    private let file: ConfigurationFile
    private var plan: Plan
    private let canChangeUser: Bool
    private var running: [Int32] = []
    /// Those of them that were told to end, so that nothing of their groups may stay.
    private var ending: [Int32] = []
    private let requests: Int32
    private let ends: Int32
    private let signals: Int32

    /// More than the longest arguments of a program (Linux: 128 KiB each).
    private static let longestRequest = 128 << 10

    /// Starts it where the plan has programs. Returns in the agent only.
    static func fork(for plan: Plan, of file: ConfigurationFile, signals: Int32) throws(SystemError) {
        guard plan.startsPrograms else { return }
        var requests: Int32 = -1
        var ends: Int32 = -1
        let process = linux_fork_launcher("vrrp-launcher", &requests, &ends)
        guard try check(process, "start the process that starts programs") == 0 else { return }
        var launcher = Launcher(
            file: file,
            plan: plan,
            canChangeUser: plan.changesUser,
            requests: requests,
            ends: ends,
            signals: signals
        )
        do throws(SystemError) {
            try launcher.serve()
            linux_exit(0)
        } catch {
            Log.error(error.description)
            linux_exit(1)
        }
    }

    private mutating func serve() throws(SystemError) {
        try Capabilities.keep(canChangeUser ? Capabilities.ofLauncher : [], bounds: false)
        var buffer = [UInt8](repeating: 0, count: Self.longestRequest)
        while true {
            let ready = try waitUntilReadable([signals, requests], timeout: nil)
            try tellOfEnds()
            guard ready.contains(requests) else { continue }
            let result = buffer.withUnsafeMutableBytes {
                linux_receive(requests, $0.baseAddress, Int64($0.count))
            }
            let count = try check(result, "hear the agent")
            guard count > 0 else { return }
            let answer = answer(buffer[..<count])
            // Where the agent has just died, the next look at its socket says so.
            _ = answer.bytes.withUnsafeBytes { linux_send(requests, $0.baseAddress, Int64($0.count)) }
        }
    }

    private mutating func tellOfEnds() throws(SystemError) {
        while linux_next_signal(signals) > 0 {}
        while true {
            var ended = linux_ending()
            ended.process = Int32(try check(linux_reap(&ended.status), "look after programs"))
            guard ended.process > 0 else { return }
            forget(ended.process)
            _ = withUnsafeBytes(of: ended) { linux_send(ends, $0.baseAddress, Int64($0.count)) }
        }
    }

    private mutating func forget(_ process: Int32) {
        running.removeAll { $0 == process }
        guard ending.contains(process) else { return }
        ending.removeAll { $0 == process }
        // Mostly nobody is left.
        _ = linux_signal_group(process, LINUX_SIGKILL)
    }

    private mutating func answer(_ message: ArraySlice<UInt8>) -> Int32 {
        let size = MemoryLayout<linux_request>.size
        guard message.count >= size else { return -LINUX_EINVAL }
        let request = message.withUnsafeBytes { $0.loadUnaligned(as: linux_request.self) }
        switch request.kind {
        case LINUX_REQUEST_START: return start(message.dropFirst(size), request.user, request.group)
        case LINUX_REQUEST_SIGNAL:
            guard running.contains(request.process) else { return -LINUX_ESRCH }
            if !ending.contains(request.process) { ending.append(request.process) }
            return linux_signal_group(request.process, request.signal)
        case LINUX_REQUEST_REREAD: return reread()
        default: return -LINUX_EINVAL
        }
    }

    private mutating func start(_ arguments: ArraySlice<UInt8>, _ user: Int64, _ group: Int64) -> Int32 {
        guard plan.allows(arguments, user, group) else { return -LINUX_EPERM }
        let process = arguments.withUnsafeBytes {
            linux_spawn($0.baseAddress, Int64($0.count), user, group)
        }
        if process > 0 { running.append(process) }
        return process
    }

    private mutating func reread() -> Int32 {
        do throws(AgentError) {
            let new = try Plan(file: file, warns: false)
            guard canChangeUser || !new.changesUser else { return -LINUX_EPERM }
            plan = new
            return 0
        } catch {
            Log.error(error.description)
            return -LINUX_EINVAL
        }
    }
}

extension Plan {
    private var notifications: [Notifications] {
        instances.map { $0.notifications } + groups.map { $0.notifications }
    }

    /// All that it ever starts, the program for every state without its arguments.
    private var programs: [Program] {
        checks.compactMap { $0.program } + services.flatMap { $0.programs }
            + notifications.flatMap { [$0.master, $0.backup, $0.fault, $0.stop, $0.any].compactMap { $0 } }
    }

    var startsPrograms: Bool { !programs.isEmpty }

    /// Whether a program runs as somebody else than root.
    var changesUser: Bool {
        programs.contains { $0.user.map { $0.id != 0 || $0.group != 0 } ?? false }
    }

    /// Whether one runs as root where root starts the agent.
    var startsAsRoot: Bool { programs.contains { $0.user.map { $0.id == 0 } ?? true } }

    /// - Parameter arguments: each with a NUL behind it.
    func allows(_ arguments: ArraySlice<UInt8>, _ user: Int64, _ group: Int64) -> Bool {
        func runs(_ program: Program) -> Bool {
            (program.user?.id ?? -1) == user && (program.user?.group ?? -1) == group
        }
        if programs.contains(where: { runs($0) && $0.packed.elementsEqual(arguments) }) { return true }
        return notifications.contains {
            guard let program = $0.any, runs(program), arguments.starts(with: program.packed) else {
                return false
            }
            let added = arguments.dropFirst(program.packed.count)
            return added.reduce(0) { $1 == 0 ? $0 + 1 : $0 } == Notifier.argumentCount
        }
    }
}

extension Plan.Program {
    /// Each argument with a NUL behind it.
    fileprivate var packed: [UInt8] { arguments.flatMap { $0.terminated } }
}
