public import HostInventory
public import Provisioning

/// A user's account, with groups and the SSH keys that may log in.
public struct User: Resource {
    public let user: String
    public var state: Presence
    /// `nil` lets a new user's be chosen, and leaves that of one who is there.
    public var userID: UInt32?
    /// The user's own group; `nil` is one of the same name, as the host's useradd makes it.
    public var group: String?
    /// Further groups. They must be there.
    public var groups: [String]
    /// Whether the user leaves all groups but `groups`.
    public var exclusiveGroups: Bool
    /// `nil` leaves it; a new user gets /bin/bash, a system user none.
    public var shell: String?
    public var home: String?
    /// The full name or purpose.
    public var comment: String?
    /// Only matters for a new user: no home directory, a low number.
    public var system: Bool
    /// As crypt(5) writes it, `$y$…`; never the password itself.
    public var passwordHash: Secret?
    /// Lines of authorized_keys.
    public var authorizedKeys: [String]
    /// Whether all other keys are removed.
    public var exclusiveKeys: Bool

    public init(
        _ user: String,
        state: Presence = .present,
        userID: UInt32? = nil,
        group: String? = nil,
        groups: [String] = [],
        exclusiveGroups: Bool = false,
        shell: String? = nil,
        home: String? = nil,
        comment: String? = nil,
        system: Bool = false,
        passwordHash: Secret? = nil,
        authorizedKeys: [String] = [],
        exclusiveKeys: Bool = false
    ) {
        self.user = user
        self.state = state
        self.userID = userID
        self.group = group
        self.groups = groups
        self.exclusiveGroups = exclusiveGroups
        self.shell = shell
        self.home = home
        self.comment = comment
        self.system = system
        self.passwordHash = passwordHash
        self.authorizedKeys = authorizedKeys.map(\.withoutOuterSpace)
        self.exclusiveKeys = exclusiveKeys
    }

    public var name: String { user }

    var wantsKeys: Bool { state == .present && (!authorizedKeys.isEmpty || exclusiveKeys) }

    public func validate() throws {
        for name in [user] + groups + [group].compactMap(\.self) {
            guard name.wholeMatch(of: #/[A-Za-z_][A-Za-z0-9_.-]*\$?/#) != nil, name.utf8.count <= 32 else {
                throw ResourceError("«\(name)» is no name of a user or group")
            }
        }
        for key in authorizedKeys {
            guard key.contains(" "), !key.hasPrefix("#"), !key.utf8.contains(where: { $0 < 0x20 }) else {
                throw ResourceError("User(\"\(user)\"): «\(key.prefix(40))» is no line of authorized_keys")
            }
            guard !key.contains("PRIVATE KEY") else {
                throw ResourceError("User(\"\(user)\"): a private key was given where a public one is wanted")
            }
        }
        if let hash = passwordHash?.revealed {
            let isHash = hash.hasPrefix("$") || hash.hasPrefix("!") || hash == "*"
            guard isHash, !hash.contains(where: { ":\n".contains($0) }) else {
                throw ResourceError(
                    "User(\"\(user)\"): passwordHash is no hash of crypt(5), which begins with $"
                )
            }
        }
        for path in [home, shell].compactMap(\.self) {
            guard path.hasPrefix("/"), !path.contains(where: { ":\n".contains($0) }) else {
                throw ResourceError("User(\"\(user)\"): «\(path)» is no absolute path")
            }
        }
        guard comment?.contains(where: { ":,\n".contains($0) }) != true else {
            throw ResourceError("User(\"\(user)\"): a comment has no colon, comma or line end")
        }
    }

    public var probe: Probe<UserState> {
        Probe(UserObservation(user: user, password: passwordHash != nil, keys: wantsKeys))
    }

    public func plan(from seen: UserState) -> Plan {
        if state == .absent { return planAbsence(seen) }
        let present = Set(seen.groups.map(\.name))
        let missing = (groups + [group].compactMap(\.self)).filter { !present.contains($0) }
        if let first = missing.first { return .unknown("the group \(first) is not there yet") }
        var difference = Difference()
        var steps: [Step] = []
        if let account = seen.account {
            let options = modification(of: account, seen, &difference)
            if !options.isEmpty { steps.append(.run(Invocation(["usermod"] + options + ["--", user]))) }
        } else {
            difference.note("state", from: nil, to: "present")
            steps.append(.run(Invocation(["useradd"] + creation + ["--", user])))
        }
        if let passwordHash, passwordHash != seen.passwordHash {
            difference.noteSecret("password", isThere: seen.passwordHash != nil)
            steps.append(.run(Invocation(["chpasswd", "-e"], input: "\(user):\(passwordHash)\n")))
        }
        if wantsKeys {
            switch AuthorizedKeys(user: self).plan(seen) {
            case .unchanged: break
            case .unknown(let why): return .unknown(why)
            case .change(let change):
                difference.entries += change.difference.entries
                steps += change.steps
            }
        }
        return steps.isEmpty ? .unchanged : .change(steps, difference)
    }

    private func planAbsence(_ seen: UserState) -> Plan {
        guard seen.account != nil else { return .unchanged }
        var difference = Difference()
        difference.note("state", from: "present", to: nil)
        return .change([.run(["userdel", "--", user])], difference)
    }

    private var creation: [String] {
        var options: [String] = system ? ["--system"] : []
        if !system || home != nil || wantsKeys { options.append("--create-home") }
        if let userID { options += ["--uid", String(userID)] }
        if let group { options += ["--gid", group] }
        if !groups.isEmpty { options += ["--groups", groups.joined(separator: ",")] }
        options += ["--shell", shell ?? (system ? "/usr/sbin/nologin" : "/bin/bash")]
        if let home { options += ["--home-dir", home] }
        if let comment { options += ["--comment", comment] }
        return options
    }

    private func modification(
        of account: UserState.Account,
        _ seen: UserState,
        _ difference: inout Difference
    ) -> [String] {
        var options: [String] = []
        if let userID, userID != account.userID {
            difference.compare("uid", account.userID, userID)
            options += ["--uid", String(userID)]
        }
        if let group, group != seen.groupName(account.groupID) {
            difference.compare("group", seen.groupName(account.groupID), group)
            options += ["--gid", group]
        }
        if let shell, shell != account.shell {
            difference.compare("shell", account.shell, shell)
            options += ["--shell", shell]
        }
        if let home, home != account.home {
            difference.compare("home", account.home, home)
            options += ["--home", home]
        }
        if let comment, comment != account.comment.split(separator: ",").first.map(String.init) ?? "" {
            difference.compare("comment", account.comment, comment)
            options += ["--comment", comment]
        }
        let own = seen.groupName(account.groupID)
        let actual = Set(seen.supplementaryGroups(of: user))
        let missing = groups.filter { !actual.contains($0) && (exclusiveGroups || $0 != own) }
        let surplus = exclusiveGroups ? actual.subtracting(groups).subtracting([own]) : []
        if !missing.isEmpty || !surplus.isEmpty {
            let after = exclusiveGroups ? Set(groups) : actual.union(groups)
            difference.note(
                "groups",
                from: actual.sorted().joined(separator: " "),
                to: after.sorted().joined(separator: " ")
            )
            options += exclusiveGroups ? [] : ["--append"]
            options += ["--groups", groups.joined(separator: ",")]
        }
        return options
    }
}
