/// How a host is reached, from its connection variables.
///
/// Each variable is known by Ansible's name and by Apus's, which wins where both are set: `ansible_host` and
/// `apus_host`, and so on with `port`, `user`, `connection`, `become`, `become_user`, `become_method`,
/// `become_password`, `connect_timeout`. What is nil was not said; ssh_config or the tool's default decides.
public struct ConnectionSettings: Sendable {
    /// What to do with a host key that known_hosts does not have. A *changed* key is always refused.
    public enum HostKeyChecking: String, Sendable, CaseIterable {
        case strict
        /// Accept and record an unknown key.
        case acceptNew = "accept-new"
    }

    /// Arguments for ssh(1) as a variable has them.
    public struct SSHArguments: Sendable, Equatable {
        public let variable: String
        public let location: SourceLocation
        /// Quotes removed. Nothing is left out: a transport must follow them or refuse them.
        public let words: [String]
    }

    /// `ansible_connection` as written: `ssh` (the default), `openssh`, `local`, `docker:NAME`, ….
    public var kind: String
    /// `ansible_host`, or the host's name in the inventory.
    public var address: String
    public var port: UInt16?
    public var user: String?
    /// The login password: `ansible_password`, `ansible_ssh_pass`, `ansible_ssh_password`.
    public var password: Secret?
    /// `ansible_ssh_private_key_file`. Relative paths start at the directory of the inventory file that sets
    /// the variable; `~` is the home directory.
    public var privateKeyFile: String?
    /// `apus_known_hosts_file`; paths as in `privateKeyFile`.
    public var knownHostsFile: String?
    /// `apus_host_key_checking`, `ansible_host_key_checking`: `strict` (or yes), `accept-new` (or no).
    public var hostKeyChecking: HostKeyChecking?
    /// The variable that says `no` to the checking of host keys, which is followed as `acceptNew`.
    public var hostKeyCheckingOff: Variable?
    /// `ansible_timeout`, `apus_connect_timeout`: seconds, or with a unit as in `500ms`.
    public var connectTimeout: Duration?
    /// Whether tasks run with another user's rights where a play does not say.
    public var become: Bool?
    public var becomeUser: String?
    /// `sudo`, `su` or `doas`.
    public var becomeMethod: String?
    public var becomePassword: Secret?
    /// `ansible_ssh_common_args`, then `ansible_ssh_extra_args`.
    public var sshArguments: [SSHArguments]
}

extension Inventory.Host {
    /// How the host is reached.
    ///
    /// - Throws: `VariableError` with every connection variable that is not of its type.
    public var connection: ConnectionSettings {
        get throws(VariableError) {
            var reader = ConnectionReader(variables: variables)
            var settings = ConnectionSettings(
                kind: reader.read(String.self, "connection") ?? "ssh",
                address: reader.read(String.self, "host", "ansible_ssh_host") ?? name,
                port: reader.port(),
                user: reader.read(String.self, "user", "ansible_ssh_user"),
                password: reader.secret("password", "ansible_ssh_pass", "ansible_ssh_password"),
                privateKeyFile: reader.path(
                    "private_key_file",
                    "ansible_private_key_file",
                    "ansible_ssh_private_key_file"
                ),
                knownHostsFile: reader.path("known_hosts_file"),
                hostKeyChecking: reader.hostKeyChecking(),
                connectTimeout: reader.timeout(),
                become: reader.read(Bool.self, "become"),
                becomeUser: reader.read(String.self, "become_user"),
                becomeMethod: reader.becomeMethod(),
                becomePassword: reader.secret("become_password", "ansible_become_pass"),
                sshArguments: ["ssh_common_args", "ssh_extra_args"].compactMap { reader.sshArguments($0) }
            )
            settings.hostKeyCheckingOff = reader.hostKeyCheckingOff
            guard reader.problems.isEmpty else { throw VariableError(reader.problems) }
            return settings
        }
    }
}
