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

    init() {}

    /// The first value of an option wins; identity files add up.
    mutating func take(_ setting: ClientSetting) {
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
