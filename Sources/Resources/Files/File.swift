public import Provisioning

/// A regular file with a given content, replaced atomically.
///
/// The new content is written beside the old into a dotfile that only its owner may read, synced, given owner and
/// mode, and renamed. A symbolic link at the path is followed, and stays.
public struct File: Resource {
    public let path: String
    public let content: Content
    /// `nil` keeps the mode of a file that is there; a new one gets 0644.
    public var mode: FileMode?
    /// `nil` keeps the owner of a file that is there; a new one belongs to whom the task acts as.
    public var owner: String?
    public var group: String?
    /// Whether its content is kept out of diffs.
    public var isSecret = false

    public init(
        _ path: String,
        contents: String,
        mode: FileMode? = nil,
        owner: String? = nil,
        group: String? = nil,
        isSecret: Bool = false
    ) {
        self.init(path, .text(contents), mode: mode, owner: owner, group: group, isSecret: isSecret)
    }

    /// - Parameter source: a file on this machine; a relative path is beside the Swift file that says so.
    public init(
        _ path: String,
        source: String,
        mode: FileMode? = nil,
        owner: String? = nil,
        group: String? = nil,
        isSecret: Bool = false,
        beside: StaticString = #filePath
    ) {
        let source = Content.file(localPath(source, beside: beside))
        self.init(path, source, mode: mode, owner: owner, group: group, isSecret: isSecret)
    }

    init(_ path: String, _ content: Content, mode: FileMode?, owner: String?, group: String?, isSecret: Bool)
    {
        self.path = path
        self.content = content
        self.mode = mode
        self.owner = owner
        self.group = group
        self.isSecret = isSecret
    }

    public var name: String { path }

    public var probe: Probe<FileState?> { Probe(FileObservation(path: path, digest: true)) }

    public func validate() throws {
        try requireAbsolute(path)
        _ = try content.digest()
    }

    public func plan(from state: FileState?) -> Plan {
        if let state, state.kind != .file { return .unknown("\(path) is there, and is not a regular file") }
        do {
            let digest = try content.digest()
            var difference = FileAttributes(mode: mode, owner: owner, group: group).difference(from: state)
            guard state?.digest != digest else {
                guard !difference.isEmpty else { return .unchanged }
                return .change(
                    [FileAttributes(mode: mode, owner: owner, group: group).step(for: path)],
                    difference
                )
            }
            let text = isSecret ? nil : try content.inlineText()
            if let text {
                difference.entries.append(.content(path: path, before: nil, after: text))
            } else {
                difference.note("content", from: state?.digest?.shortDigest, to: digest.shortDigest)
            }
            return .change([try writing(over: state)], difference)
        } catch {
            return .unknown("\(error)")
        }
    }

    private func writing(over state: FileState?) throws -> Step {
        let attributes = FileAttributes(
            mode: mode ?? state?.mode ?? 0o644,
            owner: owner ?? state.map { String($0.userID) },
            group: group ?? state.map { String($0.groupID) }
        )
        let replacement = AtomicReplacement(path: path, attributes: attributes)
        let title = "write \(path)"
        if let text = try content.inlineText() {
            return .script(title, replacement.script(writing: "printf %s \(shellQuoted(text))"))
        }
        let content = content
        let size = try content.size()
        let upload = Upload(into: replacement.script(writing: "cat", size: size), size: size) {
            try content.chunks()
        }
        return Step(title, deadline: .seconds(3600), .upload(upload))
    }
}

extension String {
    var shortDigest: String { "sha256 " + prefix(12) + "…" }
}

/// - Throws: an error for people where `path` is relative, or has a byte that no path can have.
func requireAbsolute(_ path: String) throws {
    guard path.hasPrefix("/") else {
        throw LocalFileError(description: "the path «\(path)» must be absolute")
    }
    guard !path.utf8.contains(0) else { throw LocalFileError(description: "a path has a NUL byte") }
}
