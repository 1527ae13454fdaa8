/// The host field of a known_hosts line: a list of patterns, or one hashed name (sshd(8), SSH_KNOWN_HOSTS).
enum HostPattern: Equatable, Sendable {
    /// `!` in front negates.
    struct Glob: Equatable, Sendable {
        let isNegated: Bool
        let pattern: [UInt8]
    }

    case globs([Glob])
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
        var globs: [Glob] = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let isNegated = part.hasPrefix("!")
            let pattern = isNegated ? part.dropFirst() : part
            guard !pattern.isEmpty else { return nil }
            globs.append(Glob(isNegated: isNegated, pattern: [UInt8](pattern.lowercased().utf8)))
        }
        guard !globs.isEmpty else { return nil }
        self = .globs(globs)
    }

    /// - Parameter name: in lower case; `[host]:port` where the port is not 22.
    func matches(_ name: String) -> Bool {
        let bytes = [UInt8](name.utf8)
        switch self {
        case .hashed(let salt, let digest):
            return Digest.hmacSHA1(key: salt, bytes) == digest
        case .globs(let globs):
            var matched = false
            for glob in globs where Self.matches(bytes, glob.pattern) {
                if glob.isNegated { return false }
                matched = true
            }
            return matched
        }
    }

    /// `*` stands for any characters, `?` for one. Takes time in the product of both lengths at worst.
    private static func matches(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
        var (at, inPattern) = (0, 0)
        var star: (pattern: Int, name: Int)?
        while at < name.count {
            if inPattern < pattern.count, pattern[inPattern] == UInt8(ascii: "*") {
                star = (inPattern, at)
                inPattern += 1
            } else if inPattern < pattern.count,
                pattern[inPattern] == name[at] || pattern[inPattern] == UInt8(ascii: "?")
            {
                at += 1
                inPattern += 1
            } else if let last = star {
                // The last star takes one more character.
                star = (last.pattern, last.name + 1)
                (at, inPattern) = (last.name + 1, last.pattern + 1)
            } else {
                return false
            }
        }
        return pattern[inPattern...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
