public import Provisioning

/// A folder; the folders above it are made where they are missing.
public struct Directory: Resource {
    public let path: String
    /// `nil` keeps the mode of a folder that is there; a new one gets 0755.
    public var mode: FileMode?
    public var owner: String?
    public var group: String?

    public init(_ path: String, mode: FileMode? = nil, owner: String? = nil, group: String? = nil) {
        self.path = path
        self.mode = mode
        self.owner = owner
        self.group = group
    }

    public var name: String { path }

    public var probe: Probe<FileState?> { Probe(FileObservation(path: path)) }

    public func validate() throws { try requireAbsolute(path) }

    public func plan(from state: FileState?) -> Plan {
        if let obstacle = state?.obstacle(at: path, to: .directory) { return .unknown(obstacle) }
        let attributes = FileAttributes(mode: mode, owner: owner, group: group)
        let difference = attributes.difference(from: state)
        if difference.isEmpty { return .unchanged }
        var commands = attributes.commands(on: shellQuoted(path))
        if state == nil { commands.insert("mkdir -p -- \(shellQuoted(path))", at: 0) }
        return .change(
            [
                .script(
                    state == nil ? "make \(path)" : "set attributes of \(path)",
                    commands.joined(separator: " && ")
                )
            ],
            difference
        )
    }
}
