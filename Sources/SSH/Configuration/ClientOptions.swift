/// What a client configuration says of one host. What is nil or empty was not said.
public struct ClientOptions: Sendable, Equatable {
    public internal(set) var hostName: String?
    public internal(set) var user: String?
    public internal(set) var port: UInt16?
    /// In the order in which they are tried; `none` among them stands for no default files.
    public internal(set) var identityFiles: [String] = []
    public internal(set) var identitiesOnly: Bool?
    /// A path, `none`, or `SSH_AUTH_SOCK` for that variable's.
    public internal(set) var identityAgent: String?
    /// The hosts on the way, the first one is reached directly. Empty for a direct connection.
    public internal(set) var jumps: [JumpHost]?
    /// The inner nil stands for `none`.
    public internal(set) var connectTimeout: Duration??
    public internal(set) var serverAliveInterval: Duration?
    public internal(set) var serverAliveCountMax: Int?
    public internal(set) var userKnownHostsFiles: [String]?
    public internal(set) var globalKnownHostsFiles: [String]?
    public internal(set) var strictHostKeyChecking: ClientSetting.HostKeyChecking?
    public internal(set) var hostKeyAlias: String?
    public internal(set) var pubkeyAuthentication: Bool?
    public internal(set) var passwordAuthentication: Bool?
    public internal(set) var unsupported: [UnsupportedOption] = []
    /// Patterns of keywords that need not be known.
    var ignoreUnknown: [String]?
    /// Where the values stand whose tokens are expanded later, as far as a configuration file says them.
    var places: [Expanded: String] = [:]

    enum Expanded: Hashable, Sendable {
        case hostName, userKnownHostsFile, identityAgent, proxyJump
        case identityFile(String)
    }

    init() {}

    /// The first value of an option wins; identity files add up.
    ///
    /// - Parameter place: in a configuration file.
    mutating func take(_ setting: ClientSetting, from place: String? = nil) {
        notePlace(of: setting, place)
        switch setting {
        case .hostName(let value): hostName = hostName ?? value
        case .user(let value): user = user ?? value
        case .port(let value): port = port ?? value
        case .identityFile(let value): if !identityFiles.contains(value) { identityFiles.append(value) }
        case .identitiesOnly(let value): identitiesOnly = identitiesOnly ?? value
        case .identityAgent(let value): identityAgent = identityAgent ?? value
        case .proxyJump(let value): jumps = jumps ?? value
        case .connectTimeout(let value): connectTimeout = connectTimeout ?? .some(value)
        case .serverAliveInterval(let value): serverAliveInterval = serverAliveInterval ?? value
        case .serverAliveCountMax(let value): serverAliveCountMax = serverAliveCountMax ?? value
        case .userKnownHostsFiles(let value): userKnownHostsFiles = userKnownHostsFiles ?? value
        case .globalKnownHostsFiles(let value): globalKnownHostsFiles = globalKnownHostsFiles ?? value
        case .strictHostKeyChecking(let value): strictHostKeyChecking = strictHostKeyChecking ?? value
        case .hostKeyAlias(let value): hostKeyAlias = hostKeyAlias ?? value
        case .pubkeyAuthentication(let value): pubkeyAuthentication = pubkeyAuthentication ?? value
        case .passwordAuthentication(let value): passwordAuthentication = passwordAuthentication ?? value
        case .unsupported(let option): take(option)
        }
    }

    private mutating func notePlace(of setting: ClientSetting, _ place: String?) {
        switch setting {
        case .hostName where hostName == nil: places[.hostName] = place
        case .userKnownHostsFiles where userKnownHostsFiles == nil: places[.userKnownHostsFile] = place
        case .identityAgent where identityAgent == nil: places[.identityAgent] = place
        case .proxyJump where jumps == nil: places[.proxyJump] = place
        case .identityFile(let file) where !identityFiles.contains(file): places[.identityFile(file)] = place
        default: break
        }
    }

    private mutating func take(_ option: UnsupportedOption) {
        guard !unsupported.contains(where: { $0.keyword == option.keyword }) else { return }
        // The first one of ProxyJump and ProxyCommand counts.
        if option.keyword == "proxycommand" {
            guard jumps == nil else { return }
            jumps = []
        }
        unsupported.append(option)
    }
}
