/// A keepalived.conf, as far as the agent goes: parsed or made by a program, and checked either way.
public struct Configuration: Sendable {
    public private(set) var globals: Globals
    public private(set) var scripts: [Script]
    public private(set) var processes: [WatchedProcess]
    public private(set) var syncGroups: [SyncGroup]
    public private(set) var instances: [Instance]
    public private(set) var virtualServers: [VirtualServer]
    /// What works and yet is not what it seems.
    public private(set) var warnings: [ConfigurationError]

    /// Reads a configuration.
    ///
    /// - Parameters:
    ///   - bytes: the content of the file.
    ///   - file: its path: for messages, and where relative includes start.
    ///   - files: how to reach included files.
    ///   - isLenient: leaves out, with a warning, what keepalived itself would leave out: unknown keywords,
    ///     values out of range, references to nothing. What the agent cannot do stays an error.
    /// - Throws: `ConfigurationErrors` with all that is wrong, not only the first.
    public init(
        parsing bytes: [UInt8],
        file: String,
        files: FileAccess = .none,
        isLenient: Bool = false
    ) throws(ConfigurationErrors) {
        var tree = TreeParser(files: files)
        tree.diagnostics.isLenient = isLenient
        let items = tree.parse(bytes, file: file)
        var reader = ConfigurationReader(diagnostics: tree.diagnostics)
        reader.read(items)
        var check = Check(diagnostics: reader.diagnostics)
        for process in reader.processes { check.process(process) }
        var instances: [Instance] = []
        for read in reader.instances {
            var instance = read.value
            if !read.isDoubtful { check.instance(instance) }
            check.references(of: &instance, scripts: reader.scripts, processes: reader.processes)
            instances.append(instance)
        }
        check.together(
            scripts: reader.scripts,
            processes: reader.processes,
            instances: reader.instances.filter { !$0.isDoubtful }.map { $0.value }
        )
        check.syncGroups(reader.syncGroups, instances: instances)
        check.virtualServers(reader.virtualServers)
        if !reader.sawWork {
            var message: Message =
                "the file defines neither a vrrp_instance nor a virtual_server: there is nothing to do"
            var location = Location(file: file, line: 1, column: 1)
            if let comment = tree.commentedInstance {
                message =
                    "the file defines no vrrp_instance: this comment hides one up to the end of its line"
                location = comment
            }
            check.diagnostics.error(message, at: location)
        }
        guard check.diagnostics.errors.isEmpty else {
            throw ConfigurationErrors(check.diagnostics.errors, warnings: check.diagnostics.warnings)
        }
        globals = reader.globals
        scripts = reader.scripts
        processes = reader.processes
        syncGroups = reader.syncGroups
        self.instances = instances
        virtualServers = reader.virtualServers
        warnings = check.diagnostics.warnings
    }

    /// The same from a text.
    public init(
        parsing text: String,
        file: String,
        files: FileAccess = .none,
        isLenient: Bool = false
    ) throws(ConfigurationErrors) {
        try self.init(parsing: Array(text.utf8), file: file, files: files, isLenient: isLenient)
    }

    /// Checks values that a program made by the rules that hold for files.
    ///
    /// - Throws: `ConfigurationErrors`
    public init(
        globals: Globals = Globals(),
        scripts: [Script] = [],
        processes: [WatchedProcess] = [],
        syncGroups: [SyncGroup] = [],
        instances: [Instance] = [],
        virtualServers: [VirtualServer] = []
    ) throws(ConfigurationErrors) {
        var check = Check()
        for script in scripts { check.script(script) }
        for process in processes { check.process(process) }
        for instance in instances {
            var instance = instance
            check.instance(instance)
            check.references(of: &instance, scripts: scripts, processes: processes)
        }
        check.together(scripts: scripts, processes: processes, instances: instances)
        check.syncGroups(syncGroups, instances: instances)
        check.virtualServers(virtualServers)
        if instances.isEmpty, virtualServers.isEmpty {
            check.diagnostics.error("there is neither an instance nor a virtual server", at: .none)
        }
        guard check.diagnostics.errors.isEmpty else { throw ConfigurationErrors(check.diagnostics.errors) }
        self.globals = globals
        self.scripts = scripts
        self.processes = processes
        self.syncGroups = syncGroups
        self.instances = instances
        self.virtualServers = virtualServers
        warnings = check.diagnostics.warnings
    }

    /// The script that an instance tracks under that name.
    public func script(named name: String) -> Script? {
        scripts.first { isSame($0.name, name) }
    }
}

/// Settings of the whole agent (`global_defs`).
public struct Globals: Sendable {
    /// A name for this router in logs and mails; nil: the host name.
    public var routerID: String?
    /// Whom scripts run as unless they say; nil: the agent's own user.
    public var scriptUser: ScriptUser?
    /// Refuse scripts that somebody but root could change.
    public var enableScriptSecurity = false

    public init(
        routerID: String? = nil,
        scriptUser: ScriptUser? = nil,
        enableScriptSecurity: Bool = false
    ) {
        self.routerID = routerID
        self.scriptUser = scriptUser
        self.enableScriptSecurity = enableScriptSecurity
    }
}

public struct ScriptUser: Sendable, Hashable {
    public var user: String
    /// nil: the user's own group.
    public var group: String?

    public init(user: String, group: String? = nil) {
        self.user = user
        self.group = group
    }
}

/// A health check (`vrrp_script`).
public struct Script: Sendable {
    public var name: String
    /// The program and its arguments; no shell is involved. Exit status 0 means well.
    public var command: [String]
    /// From one start to the next. Default 1 s.
    public var interval: Duration
    /// After this it counts as failed. Default: the interval.
    public var timeout: Duration
    /// 0: failure means FAULT. Above: added while it succeeds. Below: taken away while it fails. −253…253.
    public var weight: Int
    /// Whether the weight counts for the opposite result.
    public var reverse: Bool
    /// Successes in a row before it counts as well. Default 1.
    public var rise: Int
    /// Failures in a row before it counts as failed. Default 1.
    public var fall: Int
    /// Start as failed, until it succeeded.
    public var initFail: Bool
    public var user: ScriptUser?
    public var location: Location

    public init(
        name: String,
        command: [String],
        interval: Duration = .seconds(1),
        timeout: Duration? = nil,
        weight: Int = 0,
        reverse: Bool = false,
        rise: Int = 1,
        fall: Int = 1,
        initFail: Bool = false,
        user: ScriptUser? = nil,
        location: Location = .none
    ) {
        self.name = name
        self.command = command
        self.interval = interval
        self.timeout = timeout ?? interval
        self.weight = weight
        self.reverse = reverse
        self.rise = rise
        self.fall = fall
        self.initFail = initFail
        self.user = user
        self.location = location
    }
}
