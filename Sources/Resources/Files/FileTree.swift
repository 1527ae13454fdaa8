public import Provisioning

/// A folder with the content of one on this machine.
///
/// All digests are compared in one exchange. Only what differs is sent, as one stream, into a private folder within
/// the target, and then renamed file by file into place: whoever reads a file sees the old or the new one, whole.
/// Symbolic links and the executable bit are kept.
public struct FileTree: Resource {
    public let path: String
    let source: String
    /// `nil`: new files get 0644, or 0755 where the source is executable; what is there keeps its mode, less or more
    /// the executable bit. Else all files have this mode, with execution added where the source has it.
    public var fileMode: FileMode?
    /// `nil`: new folders get 0755, and what is there keeps its mode.
    public var folderMode: FileMode?
    /// `nil` keeps the owner of what is there; what is new belongs to whom the task acts as.
    public var owner: String?
    public var group: String?
    /// Whether what the source does not have is removed.
    public var exclusive: Bool
    /// Whether nothing of the files' contents shows anywhere. New files and folders are then their owner's only.
    public var isSecret: Bool

    /// - Parameters:
    ///   - path: of the folder on the host, absolute; the folders above it are made where they are missing.
    ///   - source: a folder on this machine; a relative path is beside the Swift file that says so.
    ///   - exclusive: removes what is in the folder and not in the source.
    ///   - isSecret: nothing of the files' contents shows anywhere; new files get 0600, or 0700 where the source is
    ///     executable, and new folders 0700.
    public init(
        _ path: String,
        source: String,
        fileMode: FileMode? = nil,
        folderMode: FileMode? = nil,
        owner: String? = nil,
        group: String? = nil,
        exclusive: Bool = false,
        isSecret: Bool = false,
        beside: StaticString = #filePath
    ) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.source = localPath(source, beside: beside)
        self.fileMode = fileMode
        self.folderMode = folderMode
        self.owner = owner
        self.group = group
        self.exclusive = exclusive
        self.isSecret = isSecret
    }

    public var name: String { path }

    public var probe: Probe<FileTreeState?> {
        // A folder that cannot be read is found by `validate` before any probe is sent.
        let entries = (try? LocalTree(folder: source).entries) ?? []
        let names = entries.map(\.path).filter { !$0.contains("/") }
        return Probe(FileTreeObservation(path: path, names: exclusive ? nil : names))
    }

    public func validate() throws {
        try requireAbsolute(path)
        guard !(exclusive && path == "/") else {
            throw LocalFileError(description: "an exclusive FileTree at / would remove the system")
        }
        for entry in try LocalTree(folder: source).entries {
            if case .file(let content, _) = entry.kind { _ = try content.digest() }
        }
    }

    public func plan(from state: FileTreeState?) -> Plan {
        do {
            let plan = try FileTreePlan(self, source: LocalTree(folder: source), state: state)
            if let conflict = plan.conflicts.first {
                return .unknown("\(path)/\(conflict) is there, and of another kind than in \(source)")
            }
            return plan.difference.isEmpty ? .unchanged : .change(try plan.steps(), plan.difference)
        } catch {
            return .unknown("\(error)")
        }
    }
}
