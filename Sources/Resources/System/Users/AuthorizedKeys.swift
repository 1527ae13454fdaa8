import Provisioning

/// ~/.ssh/authorized_keys of a user.
///
/// The user could at any moment put a symbolic link in the place of any file of the home directory. So nothing that
/// root read there is ever written anywhere, and the file is written with the user's own rights: such a link leads
/// nowhere that the user could not write anyway.
struct AuthorizedKeys: Sendable {
    let user: User

    /// Options, type and key of a line, without the comment, which identifies nobody.
    static func identity(of line: some StringProtocol) -> String {
        let words = line.split(whereSeparator: \.isWhitespace)
        // The key itself, base64, begins with its type's length: three zero bytes.
        guard let key = words.firstIndex(where: { $0.hasPrefix("AAAA") }) else {
            return line.sysctlNormalised
        }
        return words[...key].joined(separator: " ")
    }

    func plan(_ seen: UserState) -> Plan {
        let present = (seen.keys?.lines ?? []).filter { !$0.sysctlNormalised.isEmpty && !$0.hasPrefix("#") }
        let actual = Set(present.map(Self.identity))
        let desired = user.authorizedKeys.map(Self.identity)
        let missing = user.authorizedKeys.filter { !actual.contains(Self.identity(of: $0)) }
        let surplus = user.exclusiveKeys ? present.filter { !desired.contains(Self.identity(of: $0)) } : []
        var difference = Difference()
        for key in missing { difference.note("key", from: nil, to: Self.shown(key)) }
        for key in surplus { difference.note("key", from: Self.shown(key), to: nil) }
        if let keys = seen.keys {
            for (path, state) in [("~/.ssh", keys.folder), ("~/.ssh/authorized_keys", keys.file)]
            where state == .link {
                return .unknown(
                    "\(path) of \(user.user) is a symbolic link, which is not followed; replace it by what it leads to"
                )
            }
            note("~/.ssh", keys.folder, 0o700, seen, &difference)
            if !desired.isEmpty { note("~/.ssh/authorized_keys", keys.file, 0o600, seen, &difference) }
        }
        if difference.isEmpty { return .unchanged }
        return .change(steps(missing: missing), difference)
    }

    private func note(
        _ path: String,
        _ state: UserState.PathState,
        _ mode: FileMode,
        _ seen: UserState,
        _ difference: inout Difference
    ) {
        guard case .present(_, let actual, let userID) = state else { return }
        difference.compare("mode of \(path)", actual, mode)
        if let account = seen.account, account.userID != userID {
            difference.note("owner of \(path)", from: "uid \(userID)", to: user.user)
        }
    }

    private func steps(missing: [String]) -> [Step] {
        let lines = user.exclusiveKeys ? user.authorizedKeys : missing
        let kept =
            user.exclusiveKeys ? ":" : "[ ! -f authorized_keys ] || grep '' authorized_keys || [ $? = 1 ]"
        let write = """
            set -e
            umask 077
            cd -- "$1"
            [ -d .ssh ] || mkdir .ssh
            chmod 0700 .ssh
            cd -P .ssh
            new=$(mktemp .authorized_keys.XXXXXX)
            trap 'rm -f -- "$new"' EXIT
            \(TemporaryFiles.endOnSignals)
            { \(kept); \(lines.isEmpty ? ":" : "printf '%s\\n' \(lines.shellQuoted)"); } >"$new"
            chmod 0600 "$new"
            sync "$new"
            mv -f -- "$new" authorized_keys
            trap - EXIT
            """
        let name = shellQuoted(user.user)
        // chown -h follows no link in the last part of a path, and ~ itself lies where the user cannot write. For the
        // file within ~/.ssh, root first stands in that folder and makes sure that it is the one.
        let script = """
            set -e
            user=\(name)
            home=$(getent passwd "$user" | { IFS=: read -r _ _ _ _ _ home _; echo "$home"; })
            [ -d "$home" ] || { echo "$user has no home directory $home to keep keys in" >&2; exit 1; }
            owner=$user:$(id -g "$user")
            if [ -d "$home/.ssh" ] && [ ! -L "$home/.ssh" ]; then
              chown -h -- "$owner" "$home/.ssh"
              real=$(cd -P -- "$home" && pwd -P)/.ssh
              if cd -P -- "$home/.ssh" && [ "$(pwd -P)" = "$real" ] && [ -f authorized_keys ] \
                && [ ! -L authorized_keys ] && [ "$(stat -c %h authorized_keys)" = 1 ]
              then chown -h -- "$owner" authorized_keys; fi
              cd /
            fi
            as_user() {
              if [ "$(id -un)" = "$user" ]; then "$@"
              elif command -v runuser >/dev/null; then runuser -u "$user" -- "$@"
              else setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- "$@"; fi
            }
            as_user sh -c \(shellQuoted(write)) sh "$home"
            """
        return [.script("write ~\(user.user)/.ssh/authorized_keys", script)]
    }

    /// "ssh-ed25519 …q3Zk9w alice@laptop": enough to tell keys apart.
    private static func shown(_ line: String) -> String {
        let words = line.split(whereSeparator: \.isWhitespace)
        return words.map { $0.hasPrefix("AAAA") ? "…" + $0.suffix(6) : $0 }.joined(separator: " ")
    }
}

extension String {
    /// A key is often read from a file, which ends with a line end.
    var withoutOuterSpace: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
