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
        // chown first: it clears the set-user-ID bits that a mode may have.
        [ownerCommand(on: path), modeCommand(on: path)].compactMap(\.self)
    }

    func ownerCommand(on path: String) -> String? {
        switch (owner, group) {
        case (let owner?, let group?): "chown -- \(shellQuoted("\(owner):\(group)")) \(path)"
        case (let owner?, nil): "chown -- \(shellQuoted(owner)) \(path)"
        case (nil, let group?): "chgrp -- \(shellQuoted(group)) \(path)"
        case (nil, nil): nil
        }
    }

    func modeCommand(on path: String) -> String? { mode.map { "chmod -- \($0) \(path)" } }

    func step(for path: String) -> Step {
        let file = shellQuoted(path)
        return .script(
            "set attributes of \(path)",
            """
            \(Self.immutability)
            { \(commands(on: file).joined(separator: " && ")); } || { immutable \(file); exit 1; }
            """
        )
    }

    /// Says why root itself may not change a file: chattr(1).
    static let immutability = """
        immutable() {
          flags=$(lsattr -d -- "$1" 2>/dev/null) || return 0
          case ${flags%% *} in
            *[ia]*) echo "$1 is immutable or append-only (${flags%% *}); chattr -i -a ends that" >&2 ;;
          esac
        }
        """
}
