/// One option of a client configuration that has a meaning here. See ssh_config(5).
public enum ClientSetting: Sendable, Equatable {
    case hostName(String)
    case user(String)
    case port(UInt16)
    case identityFile(String)
    case identitiesOnly(Bool)
    case identityAgent(String)
    /// Empty for `none`.
    case proxyJump([JumpHost])
    /// nil for `none`: then only the deadline of the caller counts.
    case connectTimeout(Duration?)
    /// Zero for none.
    case serverAliveInterval(Duration)
    case serverAliveCountMax(Int)
    /// Empty for `none`.
    case userKnownHostsFiles([String])
    case globalKnownHostsFiles([String])
    case strictHostKeyChecking(HostKeyChecking)
    case hostKeyAlias(String)
    case pubkeyAuthentication(Bool)
    case passwordAuthentication(Bool)
    /// An option that libssh2 cannot follow, though it decides about the connection.
    case unsupported(UnsupportedOption)

    public enum HostKeyChecking: Sendable, Equatable {
        /// `yes`
        case strict
        case acceptNew
        /// `no`, and where it is said. A changed key is an error here always, so that it is followed as `accept-new`.
        case off(location: String)
        /// The default of OpenSSH: what the caller says about new keys.
        case ask
    }
}

/// An option that needs the system's ssh.
public struct UnsupportedOption: Sendable, Equatable {
    public let keyword: String
    public let location: String
}

extension ClientSetting {
    struct Failure: Error {
        var text: String
        /// Which of the arguments is meant.
        var argument = 0
    }

    /// - Returns: nil for an option that means nothing here.
    /// - Throws: `Failure` where the keyword is unknown or an argument is wrong.
    init?(keyword: String, arguments: [String], location: String) throws(Failure) {
        guard let first = arguments.first, !first.isEmpty else { throw Failure(text: "an empty argument") }
        switch keyword {
        case "hostname": self = .hostName(first)
        case "user": self = .user(first)
        case "port": self = .port(try Self.read(first, "a port (1…65535)", Self.port))
        case "identityfile", "identityfile2": self = .identityFile(first)
        case "identitiesonly": self = .identitiesOnly(try Self.flag(first))
        case "identityagent": self = .identityAgent(first)
        case "proxyjump":
            let jumps = first.lowercased() == "none" ? [] : JumpHost.list(first)
            guard let jumps else {
                throw Failure(text: "wanted [user@]host[:port],… or none, found \"\(first)\"")
            }
            self = .proxyJump(jumps)
        case "proxycommand":
            self =
                first.lowercased() == "none"
                ? .proxyJump([]) : .unsupported(UnsupportedOption(keyword: keyword, location: location))
            return
        case "connecttimeout":
            self = .connectTimeout(first == "none" ? nil : try Self.read(first, Self.timeForm, Self.time))
        case "serveraliveinterval":
            self = .serverAliveInterval(
                first == "none" ? .zero : try Self.read(first, Self.timeForm, Self.time)
            )
        case "serveralivecountmax": self = .serverAliveCountMax(try Self.read(first, "a number") { Int($0) })
        case "userknownhostsfile", "globalknownhostsfile":
            let isNone = first.lowercased() == "none"
            if isNone, arguments.count > 1 { throw Failure(text: "none stands alone") }
            let files = isNone ? [] : arguments
            self = keyword.hasPrefix("user") ? .userKnownHostsFiles(files) : .globalKnownHostsFiles(files)
            return
        case "stricthostkeychecking":
            self = .strictHostKeyChecking(try Self.hostKeyChecking(first, location: location))
        case "hostkeyalias": self = .hostKeyAlias(first)
        case "pubkeyauthentication":
            let isBound = ["unbound", "host-bound"].contains(first.lowercased())
            self = .pubkeyAuthentication(isBound ? true : try Self.flag(first))
        case "passwordauthentication": self = .passwordAuthentication(try Self.flag(first))
        default:
            if let harmless = ClientKeywords.unsupported[keyword] {
                if harmless == first.lowercased() { return nil }
                self = .unsupported(UnsupportedOption(keyword: keyword, location: location))
            } else if !ClientKeywords.contains(keyword) {
                throw Failure(text: "there is no option \"\(keyword)\"")
            } else {
                return nil
            }
            return
        }
        guard arguments.count == 1 else {
            throw Failure(text: "\(keyword) takes one argument", argument: 1)
        }
    }

    // MARK: Values

    private static func read<Value>(
        _ text: String,
        _ wanted: String,
        _ reading: (Substring) -> Value?
    ) throws(Failure) -> Value {
        guard let value = reading(text[...]) else {
            throw Failure(text: "wanted \(wanted), found \"\(text)\"")
        }
        return value
    }

    static func port(_ text: Substring) -> UInt16? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return UInt16(text).flatMap { $0 > 0 ? $0 : nil }
    }

    private static func flag(_ text: String) throws(Failure) -> Bool {
        switch text.lowercased() {
        case "yes", "true": return true
        case "no", "false": return false
        default: throw Failure(text: "wanted yes or no, found \"\(text)\"")
        }
    }

    private static func hostKeyChecking(
        _ text: String,
        location: String
    ) throws(Failure) -> HostKeyChecking {
        switch text.lowercased() {
        case "yes", "true": return .strict
        case "accept-new": return .acceptNew
        case "no", "false", "off": return .off(location: location)
        case "ask": return .ask
        default: throw Failure(text: "wanted yes, accept-new, ask or no, found \"\(text)\"")
        }
    }

    private static let timeForm = "a time such as 30, 90s or 1m30s"

    /// Seconds, or numbers with units s, m, h, d and w one after the other (sshd_config(5), TIME FORMATS).
    private static func time(_ text: Substring) -> Duration? {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800]
        var (total, digits) = (0, "")
        for character in text.lowercased() {
            if ("0"..."9").contains(character) {
                digits.append(character)
                continue
            }
            guard let unit = units[character], let number = Int32(digits) else { return nil }
            total += Int(number) * unit
            digits = ""
        }
        if !digits.isEmpty {
            guard let number = Int32(digits) else { return nil }
            total += Int(number)
        }
        return text.isEmpty || total > Int(Int32.max) ? nil : .seconds(total)
    }
}
