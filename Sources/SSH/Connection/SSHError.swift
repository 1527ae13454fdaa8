/// What went wrong with a host: `kind` is for programs, the rest for people.
///
/// Holds no secrets: no key, password or passphrase, nor anything that a command printed.
public struct SSHError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable, CaseIterable {
        /// The name has no address.
        case resolution = "cannot resolve"
        /// Every address refused the connection: the host is there, nothing listens.
        case refused = "connection refused"
        /// No way to any address.
        case unreachable
        /// The deadline passed.
        case timeout = "timed out"
        /// What answers does not speak SSH, or shares no algorithm with libssh2.
        case handshake = "handshake failed"
        case hostKeyUnknown = "unknown host key"
        /// No key of the host is known but that of an authority that would certify it.
        case hostKeyUncertified = "unknown host certificate"
        case hostKeyChanged = "host key changed"
        case hostKeyRevoked = "host key revoked"
        /// A known_hosts file cannot be read or written.
        case knownHosts = "known_hosts"
        /// The server accepted none of the identities.
        case authentication = "authentication failed"
        /// The peer is gone, or silent for too long.
        case connectionLost = "connection lost"
        /// The connection was closed on this side.
        case closed = "connection closed"
        /// The server refused or ended one channel; the connection goes on.
        case channel = "channel failed"
    }

    public let kind: Kind
    /// The endpoint as `user@host`.
    public let host: String
    public let wanted: String
    public let seen: String
    public let remedy: String

    public init(_ kind: Kind, host: String, wanted: String, seen: String, remedy: String) {
        self.kind = kind
        self.host = host
        self.wanted = wanted
        self.seen = seen
        self.remedy = remedy
    }

    public var description: String {
        "\(host): \(kind.rawValue): wanted \(wanted); saw \(seen)\n  try: \(remedy)"
    }
}
