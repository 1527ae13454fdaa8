public import HostInventory
public import Provisioning

/// A regular file with a given content, replaced atomically.
///
/// The new content is written beside the old into a dotfile that only its owner may read, given owner and mode, synced,
/// validated where that is asked for, and renamed.
public struct File: FileReplacing {
    public let path: String
    let content: Content
    /// `nil` keeps the mode of a file that is there; a new one gets 0644, and 0600 where its content is secret.
    public var mode: FileMode?
    /// `nil` keeps the owner of a file that is there; a new one belongs to whom the task acts as.
    public var owner: String?
    public var group: String?
    public var replacement = FileReplacement()

    public init(
        _ path: String,
        contents: String,
        mode: FileMode? = nil,
        owner: String? = nil,
        group: String? = nil
    ) {
        self.init(path, .text(contents), mode: mode, owner: owner, group: group)
    }

    /// Nothing of the content shows anywhere.
    ///
    /// - Parameter contents: made of text and secrets: `"password=\(password)\n" as Secret`.
    public init(
        _ path: String,
        contents: Secret,
        mode: FileMode? = nil,
        owner: String? = nil,
        group: String? = nil
    ) {
        self.init(path, .secret(contents), mode: mode, owner: owner, group: group)
    }

    /// - Parameters:
    ///   - source: a file on this machine; a relative path is beside the Swift file that says so.
    ///   - isSecret: nothing of the content shows anywhere.
    public init(
        _ path: String,
        source: String,
        mode: FileMode? = nil,
        owner: String? = nil,
        group: String? = nil,
        isSecret: Bool = false,
        beside: StaticString = #filePath
    ) {
        let source = Content.file(localPath(source, beside: beside), isSecret: isSecret)
        self.init(path, source, mode: mode, owner: owner, group: group)
    }

    init(
        _ path: String,
        _ content: Content,
        mode: FileMode? = nil,
        owner: String? = nil,
        group: String? = nil
    ) {
        self.path = path
        self.content = content
        self.mode = mode
        self.owner = owner
        self.group = group
    }

    public var name: String { path }

    public var probe: Probe<FileState?> {
        Probe(FileObservation(path: path, digest: true, size: content.knownSize))
    }

    public func validate() throws {
        try requireAbsolute(path)
        try replacement.validate(for: path)
        try content.prepare()
    }

    public func plan(from state: FileState?) -> Plan {
        let replacesLink = replacement.symbolicLinks == .replace && state?.isLink == true
        if !replacesLink, let obstacle = state?.obstacle(at: path, to: .file) { return .unknown(obstacle) }
        let present = state?.kind == .file ? state : nil
        do {
            let isSame = try present.map { try content.isContent(of: $0) } ?? false
            let attributes = FileAttributes(mode: mode, owner: owner, group: group)
            var difference = attributes.difference(from: present)
            if replacesLink { difference.entries.insert(Self.linkReplaced, at: 0) }
            if isSame, !replacesLink {
                return difference.isEmpty ? .unchanged : .change([attributes.step(for: path)], difference)
            }
            if !isSame { try noteContent(from: present, in: &difference) }
            return .change([try writing(over: present)], difference)
        } catch {
            return .unknown("\(error)")
        }
    }

    static let linkReplaced = Difference.Entry.attribute("state", from: "symbolic link", to: "file")

    private func noteContent(from state: FileState?, in difference: inout Difference) throws {
        if content.isSecret {
            difference.noteSecret("content", isThere: state != nil)
        } else if let text = try content.inlineText() {
            difference.entries.append(.content(path: path, before: nil, after: text))
        } else if let state, state.size == (try content.size()) {
            difference.note("content", from: state.digest?.shortDigest, to: try content.digest().shortDigest)
        } else {
            let size = "\(try content.size()) bytes"
            difference.note("content", from: state.map { "\($0.size) bytes" }, to: size)
        }
    }

    private func writing(over state: FileState?) throws -> Step {
        let attributes = FileAttributes(
            mode: mode ?? state?.mode ?? (content.isSecret ? 0o600 : 0o644),
            owner: owner ?? state.map { String($0.userID) },
            group: group ?? state.map { String($0.groupID) }
        )
        let writing = AtomicReplacement(
            path: path,
            attributes: attributes,
            options: replacement,
            isSecret: content.isSecret
        )
        let title = "write \(path)" + (replacement.validation.map { ", validated by «\($0.display)»" } ?? "")
        if let text = try content.inlineText() {
            return .script(title, writing.script(writing: "printf %s \(shellQuoted(text))"))
        }
        let content = content
        let size = try content.size()
        let isLarge = FileObservation.isLarge(size)
        let digest = isLarge ? try content.fileDigest() : nil
        var upload = Upload(
            into: writing.script(receiving: size, isLarge: isLarge),
            size: size,
            identity: { try content.digest() }
        ) {
            digest?.beginSending()
            return try content.chunks()
        }
        if isLarge { upload.digested = { digest?.noteSent($0) } }
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
