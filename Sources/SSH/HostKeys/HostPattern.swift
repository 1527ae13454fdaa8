/// The host field of a known_hosts line: a list of patterns, or one hashed name (sshd(8), SSH_KNOWN_HOSTS).
enum HostPattern: Equatable, Sendable {
    /// In lower case; `!` in front negates.
    case globs([Substring])
    case hashed(salt: [UInt8], digest: [UInt8])

    /// nil where the field is malformed.
    init?(_ field: Substring) {
        if field.hasPrefix("|") {
            let parts = field.split(separator: "|", omittingEmptySubsequences: false)
            guard parts.count == 4, parts[1] == "1",
                let salt = Base64.decode(parts[2]), let digest = Base64.decode(parts[3]), digest.count == 20
            else { return nil }
            self = .hashed(salt: salt, digest: digest)
            return
        }
        let globs = field.lowercased().split(separator: ",", omittingEmptySubsequences: false)
        guard globs.allSatisfy({ !$0.isEmpty && $0 != "!" }) else { return nil }
        self = .globs(globs)
    }

    /// - Parameter name: in lower case; `[host]:port` where the port is not 22.
    func matches(_ name: String) -> Bool {
        switch self {
        case .hashed(let salt, let digest): Digest.hmacSHA1(key: salt, [UInt8](name.utf8)) == digest
        case .globs(let globs): Glob.matches(name, anyOf: globs)
        }
    }
}
