/// One host's way through the configuration files.
struct ClientLookup {
    private static let defaultPort: UInt16 = 22

    let environment: ClientEnvironment
    let originalHost: String
    /// What `Host` lines look at: the original name, in the final pass what became of it.
    private var host: String
    var options = ClientOptions()
    var isFinalPass = false
    private(set) var wantsFinalPass = false

    init(environment: ClientEnvironment, originalHost: String) {
        self.environment = environment
        self.originalHost = originalHost
        host = originalHost
    }

    mutating func follow(_ directives: [ClientDirective]) throws(ConfigurationError) {
        var isActive = true
        for directive in directives {
            switch directive {
            case .host(let patterns):
                isActive = Glob.matches(host, anyOf: patterns.map { $0[...] })
            case .match(let criteria):
                isActive = try matches(criteria)
            case .include(let files):
                // What a file's own blocks say ends with the file.
                for file in files where isActive { try follow(file) }
            case .setting(let setting, let location):
                if isActive { options.take(setting, from: location) }
            case .ignoreUnknown(let patterns):
                if isActive { options.ignoreUnknown = options.ignoreUnknown ?? patterns }
            case .unknown(let keyword, let location):
                let ignored = (options.ignoreUnknown ?? []).flatMap { $0.lowercased().split(separator: ",") }
                guard Glob.matches(keyword, anyOf: ignored) else {
                    throw ConfigurationError(location: location, text: "there is no option \"\(keyword)\"")
                }
            }
        }
    }

    // MARK: Match

    private mutating func matches(_ criteria: [MatchCriterion]) throws(ConfigurationError) -> Bool {
        var isMatched = true
        for criterion in criteria {
            if criterion.subject == .final { wantsFinalPass = true }
            // Commands run only where the answer still depends on them.
            guard isMatched || criterion.subject != .exec else { continue }
            if try meets(criterion) == criterion.isNegated { isMatched = false }
        }
        return isMatched
    }

    private func meets(_ criterion: MatchCriterion) throws(ConfigurationError) -> Bool {
        let patterns = criterion.argument.split(separator: ",")
        switch criterion.subject {
        case .all: return true
        case .canonical, .final: return isFinalPass
        case .host:
            let lowered = criterion.argument.lowercased().split(separator: ",")
            return Glob.matches(try currentHostName(), anyOf: lowered)
        case .originalHost:
            return Glob.matches(originalHost, anyOf: criterion.argument.lowercased().split(separator: ","))
        case .user: return Glob.matches(options.user ?? environment.user, anyOf: patterns)
        case .localUser: return Glob.matches(environment.user, anyOf: patterns)
        case .exec:
            let expansion = expansion(host: try currentHostName(), place: criterion.location)
            return environment.succeeds(try expansion.expandTokens(criterion.argument))
        }
    }

    // MARK: Expansion

    private func expansion(host: String, place: String) -> TokenExpansion {
        TokenExpansion(
            environment: environment,
            originalHost: originalHost,
            host: host,
            port: options.port ?? Self.defaultPort,
            user: options.user ?? environment.user,
            hostKeyAlias: options.hostKeyAlias,
            place: place
        )
    }

    /// `HostName`, in which `%h` stands for the name that was asked for.
    private func currentHostName() throws(ConfigurationError) -> String {
        guard !isFinalPass, let name = options.hostName else { return isFinalPass ? host : originalHost }
        let place = options.places[.hostName] ?? "HostName of \(originalHost)"
        return try expansion(host: originalHost, place: place).expandTokens(name, allowed: "%h")
    }

    /// The host's real name, from now on.
    mutating func finishPass() throws(ConfigurationError) {
        let name = try currentHostName()
        // Addresses of IPv6 may name an interface, whose case counts.
        host = name.contains(":") ? name : name.lowercased()
        options.hostName = host
    }

    /// The options with their tokens, variables and tildes expanded.
    func finish() throws(ConfigurationError) -> ClientOptions {
        var options = options
        func expansion(_ option: ClientOptions.Expanded, _ name: String) -> TokenExpansion {
            self.expansion(host: host, place: options.places[option] ?? "\(name) of \(originalHost)")
        }
        options.identityFiles = try options.identityFiles.map { file throws(ConfigurationError) in
            try expansion(.identityFile(file), "IdentityFile").expandPaths([file])[0]
        }
        if let paths = options.userKnownHostsFiles {
            options.userKnownHostsFiles = try expansion(.userKnownHostsFile, "UserKnownHostsFile")
                .expandPaths(paths)
        }
        if let agent = options.identityAgent {
            options.identityAgent = try expansion(.identityAgent, "IdentityAgent").expandAgent(agent)
        }
        if let jumps = options.jumps {
            options.jumps = try expansion(.proxyJump, "ProxyJump").expand(jumps)
        }
        return options
    }
}
