import CLinux

/// What the agent gives up before it listens to the network, for itself and its guardian.
struct Confinement {
    /// nil: `apus-vrrpd` where there is that user, else the one that started it.
    var user: String?
    var filtersSystemCalls = true

    private static let defaultUser = "apus-vrrpd"

    /// Without its rights, a router would become master of addresses that it cannot add.
    func requireRights() throws(SystemError) {
        _ = try check(
            linux_may(Capabilities.bits(Capabilities.ofAgent)),
            "work without CAP_NET_ADMIN and CAP_NET_RAW",
            remedy: "run it as root, or with both (a container: --cap-add NET_ADMIN --cap-add NET_RAW)"
        )
    }

    func apply() throws(SystemError) {
        let name = try becomeUser()
        try Capabilities.keep(Capabilities.ofAgent, bounds: true)
        _ = try check(linux_forbid_new_privileges(), "give up new privileges")
        Log.info("runs\(name.map { " as \($0)," } ?? "") with CAP_NET_ADMIN and CAP_NET_RAW only")
        guard filtersSystemCalls else { return }
        let result = linux_filter_system_calls()
        guard result < 0 else { return }
        let error = SystemError(operation: "filter system calls, which goes on without", code: -result)
        Log.warning(error.description)
    }

    /// - Returns: its name, where that is not the one that started the agent.
    private func becomeUser() throws(SystemError) -> String? {
        let name = user ?? Self.defaultUser
        var id: Int64 = -1
        var group: Int64 = -1
        let result = linux_user(name, &id, &group)
        if user == nil, result == -LINUX_ENOENT || linux_is_root() == 0 { return nil }
        _ = try check(result, "find the user \(name)")
        _ = try check(linux_become(id, group), "become the user \(name)")
        return name
    }
}

/// Capabilities by their kernel's numbers (capabilities(7)).
enum Capabilities {
    /// For addresses, interfaces and raw sockets.
    static let ofAgent = [LINUX_CAP_NET_ADMIN, LINUX_CAP_NET_RAW]
    /// For programs that run as others.
    static let ofLauncher = [LINUX_CAP_SETUID, LINUX_CAP_SETGID, LINUX_CAP_KILL]

    /// As the kernel has them, one bit a number.
    static func bits(_ capabilities: [Int32]) -> UInt64 {
        capabilities.reduce(0) { $0 | 1 << UInt64($1) }
    }

    /// - Parameter bounds: whether programs that the process starts are held to them too.
    static func keep(_ capabilities: [Int32], bounds: Bool) throws(SystemError) {
        _ = try check(linux_keep_capabilities(bits(capabilities), bounds ? 1 : 0), "give up capabilities")
    }
}
