import Provisioning

/// What has to be done for a folder of a host to have a local one's content.
struct FileTreePlan {
    private let tree: FileTree
    private let state: FileTreeState?
    private(set) var difference = Difference()
    /// Paths at which the host has another kind of thing, which only an exclusive tree may replace.
    private(set) var conflicts: [String] = []
    private var newFolders: [String] = []
    private var sent: [TarArchive.Entry] = []
    private var removed: [String] = []
    /// By mode or owner, as chmod and chown take it, the paths.
    private var modes: [String: [String]] = [:]
    private var owners: [String: [String]] = [:]
    /// Owners of what is sent.
    private var sentOwners: [String: [String]] = [:]

    /// Above this many files, a diff names them without showing their text.
    private static let shownTexts = 16

    init(_ tree: FileTree, source: LocalTree, state: FileTreeState?) throws {
        self.tree = tree
        self.state = state
        if state == nil {
            let files = source.entries.count { if case .folder = $0.kind { false } else { true } }
            difference.note("state", from: nil, to: "present, with \(files) file\(files == 1 ? "" : "s")")
            newFolders.append(".")
        }
        let folder = state?.folder ?? FileState(kind: .directory, mode: 0o755)
        compareAttributes(".", folder, mode: state == nil ? newFolderMode : tree.folderMode)
        if tree.exclusive { findRemoved(source) }
        for entry in source.entries { try compare(entry) }
        if state != nil, !tree.isSecret, sent.count <= Self.shownTexts { try showTexts() }
    }

    private mutating func findRemoved(_ source: LocalTree) {
        let wanted = Set(source.entries.map(\.path))
        var inside: String?
        for path in (state?.entries.keys ?? [:].keys).sorted(by: {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }) {
            if let inside, path.hasPrefix(inside) { continue }
            guard !wanted.contains(path) else { continue }
            remove(path)
            difference.note(path, from: "present", to: nil)
            inside = path + "/"
        }
    }

    private mutating func remove(_ path: String) { removed.append(path) }

    private mutating func compare(_ entry: LocalTree.Entry) throws {
        let path = entry.path
        var actual = state?.entries[path]
        if let present = actual, !isSameKind(present, entry.kind) {
            guard tree.exclusive else {
                conflicts.append(path)
                return
            }
            remove(path)
            actual = nil
        }
        switch entry.kind {
        case .folder:
            if actual == nil {
                newFolders.append(path)
                note(path, from: nil, to: "folder")
            }
            let seen = actual?.state ?? FileState(kind: .directory, mode: 0o755)
            compareAttributes(
                path,
                seen,
                mode: actual == nil ? newFolderMode : tree.folderMode,
                isNew: actual == nil
            )
        case .link(let target):
            guard actual?.target != target else { return }
            note(path, from: actual?.target.map { "→ \($0)" }, to: "→ \(target)")
            send(entry, mode: 0o777, over: actual?.state)
        case .file(let content, let isExecutable):
            let mode = mode(of: actual?.state, isExecutable: isExecutable)
            let digest = try content.digest()
            if let actual, actual.state.digest == digest {
                compareAttributes(path, actual.state, mode: mode)
            } else {
                noteContent(of: path, from: actual?.state.digest, to: digest)
                send(entry, mode: mode, over: actual?.state)
            }
        }
    }

    private var newFolderMode: FileMode { tree.folderMode ?? FileMode(0o755 & ownership) }

    /// The bits that new files and folders may have.
    private var ownership: UInt16 { tree.isSecret ? 0o700 : 0o777 }

    private func isSameKind(_ present: FileTreeState.Entry, _ kind: LocalTree.Kind) -> Bool {
        switch kind {
        case .folder: present.state.kind == .directory
        case .link: present.target != nil
        case .file: present.state.kind == .file
        }
    }

    private func mode(of present: FileState?, isExecutable: Bool) -> FileMode {
        if let mode = tree.fileMode {
            // Execution for whom reading is allowed.
            return isExecutable ? FileMode(mode.bits | (mode.bits & 0o444) >> 2) : mode
        }
        guard let present, (present.mode.bits & 0o100 != 0) == isExecutable else {
            return FileMode((isExecutable ? 0o755 : 0o644) & ownership)
        }
        return present.mode
    }

    /// On a host that has nothing of the tree, one line says it all.
    private mutating func note(_ path: String, from: String?, to: String?) {
        if state != nil { difference.note(path, from: from, to: to) }
    }

    private mutating func noteContent(of path: String, from: String?, to: String) {
        if !tree.isSecret {
            note(path, from: from?.shortDigest, to: to.shortDigest)
        } else if state != nil {
            difference.noteSecret(path, isThere: from != nil)
        }
    }

    private mutating func send(_ entry: LocalTree.Entry, mode: FileMode, over present: FileState?) {
        sent.append(.init(path: entry.path, kind: entry.kind, mode: mode, modified: entry.modified))
        let owner = tree.owner ?? present.map { String($0.userID) } ?? ""
        let group = tree.group ?? present.map { String($0.groupID) } ?? ""
        let both = group.isEmpty ? owner : "\(owner):\(group)"
        if !both.isEmpty { sentOwners[both, default: []].append(entry.path) }
    }

    private mutating func compareAttributes(
        _ path: String,
        _ present: FileState,
        mode: FileMode?,
        isNew: Bool = false
    ) {
        let wanted = FileAttributes(mode: mode, owner: tree.owner, group: tree.group)
        for case .attribute(let name, let from, let to?) in wanted.difference(from: present).entries {
            if !isNew, state != nil { difference.note("\(path) \(name)", from: from, to: to) }
            switch name {
            case "mode": modes[to, default: []].append(path)
            case "owner": owners[to, default: []].append(path)
            default: owners[":\(to)", default: []].append(path)
            }
        }
    }

    private mutating func showTexts() throws {
        for entry in sent {
            guard case .file(let content, _) = entry.kind, let text = try content.inlineText() else {
                continue
            }
            difference.entries.removeAll {
                if case .attribute(entry.path, _, _) = $0 { true } else { false }
            }
            difference.entries.append(.content(path: "\(tree.path)/\(entry.path)", before: nil, after: text))
        }
    }

    func steps() throws -> [Step] {
        var steps: [Step] = []
        // Folders that someone may not enter until the end get their mode last.
        let folders = commands("mkdir -p --", newFolders)
        if !removed.isEmpty || !folders.isEmpty {
            steps.append(script("make folders in \(tree.path)", commands("rm -rf --", removed) + folders))
        }
        if !sent.isEmpty {
            let archive = TarArchive(entries: sent)
            let title = sent.count == 1 ? "write \(sent[0].path)" : "write \(sent.count) files"
            let sent = sent
            let identity: @Sendable () throws -> String = {
                try sent.map { entry in
                    if case .file(let content, _) = entry.kind { try content.digest() } else { "" }
                }.joined(separator: " ")
            }
            let upload = Upload(
                into: receiver,
                size: try archive.size(),
                identity: identity
            ) {
                archive.chunks()
            }
            steps.append(Step("\(title) in \(tree.path)", deadline: .seconds(3600), .upload(upload)))
        }
        var attributes = owners.sorted { $0.key < $1.key }.flatMap {
            commands("chown -h -- \(shellQuoted($0))", $1)
        }
        attributes += modes.sorted { $0.key < $1.key }.flatMap { commands("chmod -- \($0)", $1) }
        if !attributes.isEmpty { steps.append(script("set attributes in \(tree.path)", attributes)) }
        return steps
    }

    private func script(_ title: String, _ commands: [String]) -> Step {
        let make = state == nil ? "mkdir -p -- \(shellQuoted(tree.path))\n" : ""
        return .script(
            title,
            "set -e\n\(make)cd -- \(shellQuoted(tree.path))\n" + commands.joined(separator: "\n")
        )
    }

    /// Extracts in private, then renames: one mv for each folder that files go to.
    private var receiver: String {
        let byFolder = Dictionary(grouping: sent.map(\.path)) { path in
            path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        }
        let chown = sentOwners.sorted { $0.key < $1.key }.flatMap {
            commands("chown -h -- \(shellQuoted($0))", $1)
        }
        let moves = byFolder.sorted { $0.key < $1.key }.flatMap { folder, paths in
            let target = shellQuoted("\(tree.path)/\(folder)/")
            return commands("mv -f --", paths).map { "\($0) \(target)" }
        }
        return """
            set -e
            folder=\(shellQuoted(tree.path))
            \(TemporaryFiles.preparation)
            new=$(temporary -d)
            cd -- "$new"
            tar -x -p -o -f -
            \(chown.joined(separator: "\n"))
            \(keeping)
            sync -f . 2>/dev/null || sync
            \(moves.joined(separator: "\n"))
            """
    }

    /// Gives files that replace others what those have: ACLs and extended attributes; then their modes, which limit the
    /// ACLs. BusyBox knows neither.
    private var keeping: String {
        let replacing = sent.filter { entry in
            if case .file = entry.kind { state?.entries[entry.path]?.state.kind == .file } else { false }
        }
        if replacing.isEmpty { return ":" }
        let copies = commands(
            "cp --attributes-only --preserve=mode,xattr --parents -t \"$new\" --",
            replacing.map(\.path)
        )
        let modes = Dictionary(grouping: replacing) { "\($0.mode)" }.sorted { $0.key < $1.key }
            .flatMap { mode, entries in commands("chmod -- \(mode)", entries.map(\.path)) }
        return """
            if cp --version >/dev/null 2>&1; then
              cd -- "$folder"
              \(copies.joined(separator: "\n"))
              cd -- "$new"
              \(modes.joined(separator: "\n"))
            fi
            """
    }

    /// `command` with the paths, in as many calls as the length of a command line asks for.
    private func commands(_ command: String, _ paths: [String]) -> [String] {
        stride(from: 0, to: paths.count, by: 500).map { start in
            command + " " + paths[start..<min(start + 500, paths.count)].map { "./" + $0 }.shellQuoted
        }
    }
}
