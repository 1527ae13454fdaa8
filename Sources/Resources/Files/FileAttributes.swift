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

    /// - Parameter producer: a command whose standard output is the new content.
    func script(writing producer: String) -> String {
        """
        set -e
        path=\(shellQuoted(path))
        [ ! -L "$path" ] || path=$(readlink -f -- "$path")
        folder=${path%/*}; folder=${folder:-/}
        [ -d "$folder" ] || { echo "the folder $folder is not there" >&2; exit 1; }
        new=$(umask 077; mktemp "$folder/.apus.XXXXXX")
        trap 'rm -f -- "$new"' EXIT
        \(producer) >"$new"
        \(attributes.commands(on: "\"$new\"").joined(separator: "\n"))
        sync "$new"
        mv -f -- "$new" "$path"
        trap - EXIT
        sync "$folder"
        """
    }
}
