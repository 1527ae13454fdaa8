import Provisioning

/// Mode, owner and group of a file or folder, as far as they matter.
struct FileAttributes: Sendable {
    var mode: FileMode?
    /// Name or number.
    var owner: String?
    var group: String?

    func difference(from state: FileState?) -> Difference {
        var difference = Difference()
        guard let state else {
            difference.note("state", from: nil, to: "present")
            return difference
        }
        if let mode { difference.compare("mode", state.mode, mode) }
        if let owner, owner != state.owner, owner != String(state.userID) {
            difference.note("owner", from: state.owner, to: owner)
        }
        if let group, group != state.group, group != String(state.groupID) {
            difference.note("group", from: state.group, to: group)
        }
        return difference
    }

    /// Shell commands that set them on `path`, a shell word.
    func commands(on path: String) -> [String] {
        var commands: [String] = []
        // chown first: it clears the set-user-ID bits that a mode may have.
        switch (owner, group) {
        case (let owner?, let group?): commands.append("chown -- \(shellQuoted("\(owner):\(group)")) \(path)")
        case (let owner?, nil): commands.append("chown -- \(shellQuoted(owner)) \(path)")
        case (nil, let group?): commands.append("chgrp -- \(shellQuoted(group)) \(path)")
        case (nil, nil): break
        }
        if let mode { commands.append("chmod -- \(mode) \(path)") }
        return commands
    }

    func step(for path: String) -> Step {
        .script("set attributes of \(path)", commands(on: shellQuoted(path)).joined(separator: " && "))
    }
}

/// Replaces a file so that whoever reads it sees the old or the new one, whole.
struct AtomicReplacement: Sendable {
    let path: String
    let attributes: FileAttributes

    /// For `$folder`: removes what a run left there that was killed in the middle. Their names say which shell they
    /// were of, and one that lives may still need its own.
    static let removeLeftovers = """
        for old in "$folder"/.apus.*.*; do
          [ -e "$old" ] || continue
          p=${old#"$folder"/.apus.}; [ -d "/proc/${p%%.*}" ] || kill -0 "${p%%.*}" 2>/dev/null || rm -rf -- "$old"
        done
        """

    /// A shell that a signal ends runs no EXIT trap, and a killed controller is a closed pipe to whoever still writes.
    static let endOnSignals = "trap 'exit 1' HUP INT TERM PIPE"

    /// - Parameters:
    ///   - producer: a command whose standard output is the new content.
    ///   - size: of the new content in bytes, where it is streamed: what a killed run cut off takes nothing's place.
    func script(writing producer: String, size: Int? = nil) -> String {
        """
        set -e
        path=\(shellQuoted(path))
        [ ! -L "$path" ] || path=$(readlink -f -- "$path")
        folder=${path%/*}; folder=${folder:-/}
        [ -d "$folder" ] || { echo "the folder $folder is not there" >&2; exit 1; }
        \(Self.removeLeftovers)
        new=$(umask 077; mktemp "$folder/.apus.$$.XXXXXX")
        trap 'rm -f -- "$new"' EXIT
        \(Self.endOnSignals)
        \(producer) >"$new"
        \(size.map { "[ \"$(wc -c <\"$new\")\" -eq \($0) ] || { echo 'the content was cut off' >&2; exit 1; }" } ?? "")
        \(attributes.commands(on: "\"$new\"").joined(separator: "\n"))
        sync "$new"
        mv -f -- "$new" "$path"
        trap - EXIT
        sync "$folder"
        """
    }
}
