/// OpenSSH's client configuration: ssh_config(5) files, read once, asked for any number of hosts.
///
/// Reading is pure but for its `ClientEnvironment`. What a `Match exec` asks is run whenever a host is looked up.
public struct ClientConfiguration: Sendable {
    private let environment: ClientEnvironment
    private let files: [[ClientDirective]]

    /// Reads `~/.ssh/config` and `/etc/ssh/ssh_config`, where they exist.
    /// - Throws: `ConfigurationError` with file, line and column.
    public init(environment: ClientEnvironment) throws(ConfigurationError) {
        let folder = "\(environment.home)/.ssh"
        let users = ConfigurationReader(environment: environment, folder: folder, isUsers: true)
        let system = ConfigurationReader(environment: environment, folder: "/etc/ssh", isUsers: false)
        self.environment = environment
        files = [try users.read("\(folder)/config"), try system.read("/etc/ssh/ssh_config")]
    }

    /// Reads only that file, as `ssh -F` does; `none` stands for no file at all.
    /// - Throws: `ConfigurationError`, also where the file does not exist.
    public init(file: String, environment: ClientEnvironment) throws(ConfigurationError) {
        self.environment = environment
        guard file != "none" else {
            files = []
            return
        }
        guard let path = environment.expandingTilde(file), let text = try environment.text(of: path) else {
            throw ConfigurationError(location: file, text: "there is no such configuration file")
        }
        let folder = "\(environment.home)/.ssh"
        let reader = ConfigurationReader(environment: environment, folder: folder, isUsers: true)
        files = [try reader.parse(text, file: path)]
    }

    /// What `ssh HOST` would follow.
    ///
    /// - Parameters:
    ///   - host: the name as the inventory has it.
    ///   - settings: what was said elsewhere (`-o` and its like); it wins.
    /// - Throws: `ConfigurationError`: an unknown option or token.
    public func options(
        for host: String,
        settings: [ClientSetting] = []
    ) throws(ConfigurationError) -> ClientOptions {
        var lookup = ClientLookup(environment: environment, originalHost: host)
        for setting in settings { lookup.options.take(setting) }
        for file in files { try lookup.follow(file) }
        try lookup.finishPass()
        if lookup.wantsFinalPass {
            lookup.isFinalPass = true
            for file in files { try lookup.follow(file) }
        }
        return try lookup.finish()
    }
}
