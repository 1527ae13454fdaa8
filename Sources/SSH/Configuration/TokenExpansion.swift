/// Replaces `%h` and its like, `${VARIABLE}` and `~` in values (ssh_config(5), TOKENS and ENVIRONMENT VARIABLES).
struct TokenExpansion {
    let environment: ClientEnvironment
    /// The name on the command line.
    let originalHost: String
    let host: String
    let port: UInt16
    let user: String
    let hostKeyAlias: String?
    /// What is expanded, for messages.
    var place: String

    private func value(of token: Character) -> String? {
        switch token {
        case "%": "%"
        case "C": connectionHash
        case "d": environment.home
        case "h": host
        case "i": String(environment.userID)
        case "k": hostKeyAlias ?? originalHost
        case "L": String(environment.hostName.prefix { $0 != "." })
        case "l": environment.hostName
        case "n": originalHost
        case "p": String(port)
        case "r": user
        case "u": environment.user
        default: nil
        }
    }

    private var connectionHash: String {
        let text = environment.hostName + host + String(port) + user
        let digits = Array("0123456789abcdef")
        return String(
            Digest.sha1([UInt8](text.utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        )
    }

    private func failure(_ text: String) -> ConfigurationError {
        ConfigurationError(location: place, text: text)
    }

    /// - Parameter allowed: the tokens that the option accepts; nil for all.
    func expandTokens(_ text: String, allowed: String? = nil) throws(ConfigurationError) -> String {
        guard text.contains("%") else { return text }
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "%" else {
                result.append(character)
                continue
            }
            guard let token = rest.popFirst(), allowed?.contains(token) ?? true, let value = value(of: token)
            else { throw failure("unknown token in \"\(text)\"") }
            result += value
        }
        return result
    }

    /// All of it, as for a path.
    func expandPath(_ text: String) throws(ConfigurationError) -> String {
        guard let path = environment.expandingTilde(text) else {
            throw failure("there is no such user: \"\(text)\"")
        }
        return try expandTokens(expandVariables(path))
    }

    private func expandVariables(_ text: String) throws(ConfigurationError) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw failure("\"${\" without its \"}\" in \"\(text)\"")
            }
            let name = String(rest[start.upperBound..<end])
            guard let value = environment.variables[name] else {
                throw failure("the environment has no \(name), which \"\(text)\" needs")
            }
            result += value
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// The path of an agent's socket; `$NAME` is that of an environment variable.
    func expandAgent(_ text: String) throws(ConfigurationError) -> String {
        guard text != "none", text != "SSH_AUTH_SOCK" else { return text }
        guard text.hasPrefix("$"), !text.hasPrefix("${") else { return try expandPath(text) }
        return try expandVariables("${\(text.dropFirst())}")
    }

    func expand(_ jumps: [JumpHost]) throws(ConfigurationError) -> [JumpHost] {
        var expanded = jumps
        for index in jumps.indices {
            expanded[index].host = try expandTokens(jumps[index].host, allowed: "%hnpr")
            if let user = jumps[index].user {
                expanded[index].user = try expandTokens(user, allowed: "%hnpr")
            }
        }
        return expanded
    }

    func expandPaths(_ paths: [String]) throws(ConfigurationError) -> [String] {
        var expanded: [String] = []
        for path in paths { expanded.append(try path == "none" ? path : expandPath(path)) }
        return expanded
    }
}
