import HostInventory

/// A program of this machine that runs commands in a container.
enum ContainerRunner: String, CaseIterable {
    case docker
    case lxc

    /// The kinds of connection that mean it, in Ansible's words too.
    private var names: [String] {
        switch self {
        case .docker: ["docker", "community.docker.docker"]
        case .lxc: ["lxc", "community.general.lxc"]
        }
    }

    /// The container of `docker:NAME`; of `docker` alone it is the host's address.
    static func runner(for settings: ConnectionSettings) -> (runner: ContainerRunner, container: String)? {
        let parts = settings.kind.split(separator: ":", maxSplits: 1).map(String.init)
        guard let runner = allCases.first(where: { $0.names.contains(parts.first ?? "") }) else { return nil }
        return (runner, parts.count > 1 ? parts[1] : settings.address)
    }

    /// What comes before a command for its `sh`.
    ///
    /// - Parameter program: another one in place of `docker` or `lxc-attach`, for tests.
    func prefix(container: String, user: String?, program: String? = nil) -> [String] {
        switch self {
        case .docker:
            [program ?? "docker", "exec", "-i"] + (user.map { ["-u", $0] } ?? []) + [container, "sh", "-c"]
        case .lxc:
            // It clears the environment, so that nothing of this machine's gets in.
            [program ?? "lxc-attach", "--clear-env", "-n", container, "--"]
                + (user.map { ["su", $0, "-c"] } ?? ["sh", "-c"])
        }
    }
}
