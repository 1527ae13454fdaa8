/// Whom to log in to, where.
public struct SSHEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address, IPv4 or IPv6 (without brackets).
    public var host: String
    public var port: UInt16
    public var user: String
    /// The name that the host's key is looked up and recorded under, where it differs from `host`.
    public var hostKeyAlias: String?

    public init(host: String, port: UInt16 = 22, user: String, hostKeyAlias: String? = nil) {
        self.host = host
        self.port = port
        self.user = user
        self.hostKeyAlias = hostKeyAlias
    }

    /// What known_hosts files list: an alias stands without a port there.
    var listed: (host: String, port: UInt16) { hostKeyAlias.map { ($0, 22) } ?? (host, port) }

    /// `user@host`, with the port where it is not 22.
    public var description: String {
        guard port != 22 else { return "\(user)@\(host)" }
        return host.contains(":") ? "\(user)@[\(host)]:\(port)" : "\(user)@\(host):\(port)"
    }
}
