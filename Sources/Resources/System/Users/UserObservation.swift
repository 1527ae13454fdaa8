import HostInventory
public import Provisioning

/// A user's account, groups and keys: one `getent` each for all accounts, groups and passwords of a host.
public struct UserObservation: Observation {
    public let user: String
    /// Whether the password matters too; only root sees it.
    public let password: Bool
    /// Whether the keys matter too.
    public let keys: Bool

    public static func script(for subjects: [UserObservation]) -> String {
        let withKeys = subjects.filter(\.keys).map(\.user)
        let withPassword = subjects.filter(\.password).map(\.user)
        // getent ends with 2 where it does not know one of the names, which is an answer.
        var script = """
            accounts=$(getent passwd \(subjects.map(\.user).shellQuoted)) || [ $? = 2 ] || exit
            [ -z "$accounts" ] || printf '%s\\n' "$accounts" | while IFS= read -r line; do echo "user $line"; done
            groups=$(getent group) || exit
            printf '%s\\n' "$groups" | while IFS= read -r line; do echo "group $line"; done

            """
        if !withPassword.isEmpty {
            script += """
                [ "$(id -u)" = 0 ] || { echo "only root sees passwords: become: .root" >&2; exit 1; }
                shadow=$(getent shadow \(withPassword.shellQuoted)) || [ $? = 2 ] || exit
                [ -z "$shadow" ] || printf '%s\\n' "$shadow" | while IFS= read -r line; do echo "shadow $line"; done

                """
        }
        if !withKeys.isEmpty {
            script += """
                keys() {
                  IFS=: read -r name _ _ _ _ home _ || return 0
                  [ -d "$home" ] || return 0
                  for path in "$home" "$home/.ssh" "$home/.ssh/authorized_keys"; do
                    if [ -L "$path" ]; then echo "path $name link - - -"
                    elif [ ! -e "$path" ]; then echo "path $name none - - -"
                    else echo "path $name $(stat -c '%f %u %g' -- "$path")"; fi
                  done
                  [ ! -L "$home/.ssh" ] && [ ! -L "$path" ] && [ -f "$path" ] || return 0
                  head -c 262144 -- "$path" | while IFS= read -r line || [ -n "$line" ]; do
                    printf 'key %s %s\\n' "$name" "$line"
                  done
                }
                for name in \(withKeys.shellQuoted); do
                  printf '%s\\n' "$accounts" | while IFS= read -r line; do
                    case $line in "$name":*) printf '%s\\n' "$line" ;; esac
                  done | keys
                done

                """
        }
        return script
    }

    public static func answers(from output: ShellOutput, for subjects: [UserObservation]) throws
        -> [UserState]
    {
        var accounts: [String: UserState.Account] = [:]
        var groups: [UserState.Group] = []
        var hashes: [Substring: String] = [:]
        var paths: [Substring: [UserState.PathState]] = [:]
        var keys: [Substring: [String]] = [:]
        for line in output.lines {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw ObservationError("getent answered «\(line)»") }
            let fields = parts[1].split(separator: ":", omittingEmptySubsequences: false)
            switch parts[0] {
            case "user":
                let account = try UserState.Account(passwd: fields)
                accounts[account.name] = account
            case "group": groups.append(try UserState.Group(group: fields))
            case "shadow" where fields.count > 1: hashes[fields[0]] = String(fields[1])
            case "path":
                let words = parts[1].split(separator: " ")
                guard words.count > 2 else { throw ObservationError("stat answered «\(line)»") }
                paths[words[0], default: []].append(try UserState.PathState(words.dropFirst()))
            case "key":
                let words = parts[1].split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                keys[words[0], default: []].append(words.count > 1 ? String(words[1]) : "")
            default: throw ObservationError("getent answered «\(line)»")
            }
        }
        return subjects.map { subject in
            let name = subject.user[...]
            var state = UserState(account: accounts[subject.user], groups: groups)
            state.passwordHash = hashes[name].map { Secret($0) }
            if let seen = paths[name], seen.count == 3 {
                state.keys = .init(
                    home: seen[0],
                    folder: seen[1],
                    file: seen[2],
                    lines: keys[name] ?? []
                )
            }
            return state
        }
    }
}
