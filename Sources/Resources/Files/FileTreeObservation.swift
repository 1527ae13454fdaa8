public import Provisioning

/// What is in a folder of a host, with digests: a `find`, a `stat` and a `sha256sum` for each folder, however many
/// files there are.
///
/// Names end with NUL, and everything else comes in the order of the names, so that no name can be mistaken.
public struct FileTreeObservation: Observation {
    public let path: String
    /// The names in the folder that matter; `nil` is all of them.
    public let names: [String]?

    public init(path: String, names: [String]?) {
        self.path = path
        self.names = names
    }

    /// Reading a large tree takes its time on a small machine.
    public static var deadline: Duration? { .seconds(600) }

    public static func script(for subjects: [FileTreeObservation]) -> String {
        let looks = subjects.map { subject in
            let names = subject.names.map { "some " + $0.map { "./" + $0 }.shellQuoted } ?? "all"
            return "( look \(shellQuoted(subject.path)) \(names) ) || exit"
        }
        return """
            look() {
              if [ ! -e "$1" ]; then echo absent; return; fi
              if [ ! -d "$1" ]; then echo other; return; fi
              echo folder
              cd -- "$1" || return
              if [ "$2" = all ]; then set -- .; else
                shift 2
                for name do
                  shift
                  if [ -e "$name" ] || [ -L "$name" ]; then set -- "$@" "$name"; fi
                done
              fi
              stat -L -c '%f %s %u %g %U %G' -- . || return
              if [ $# = 0 ]; then printf '\\0\\n\\n'; return; fi
              find "$@" -print0 && printf '\\0' || return
              find "$@" -exec stat -c '%f %s %u %g %U %G' -- {} + && echo || return
              find "$@" -type f -exec sha256sum -- {} + && echo || return
              find "$@" -type l -exec sh -c 'for link do readlink -- "$link" || exit; printf "\\0"; done' sh {} +
            }
            \(looks.joined(separator: "\n"))
            """
    }

    public static func answers(from output: ShellOutput, for subjects: [FileTreeObservation]) throws
        -> [FileTreeState?]
    {
        var reader = Reader(bytes: output.output)
        return try subjects.map { subject in
            switch try reader.text(until: "\n") {
            case "absent": return nil
            case "folder": return try reader.tree()
            default: throw ObservationError("\(subject.path) is there, and is not a folder")
            }
        }
    }
}

/// A folder of a host and what is in it, symbolic links not followed.
public struct FileTreeState: Sendable, Hashable {
    public var folder: FileState
    /// By path relative to the folder.
    public var entries: [String: Entry]

    public struct Entry: Sendable, Hashable {
        public var state: FileState
        /// Of a symbolic link.
        public var target: String?

        public init(_ state: FileState, target: String? = nil) {
            self.state = state
            self.target = target
        }
    }

    public init(folder: FileState = FileState(kind: .directory, mode: 0o755), entries: [String: Entry] = [:])
    {
        self.folder = folder
        self.entries = entries
    }
}

/// Takes the output of a look at trees apart.
private struct Reader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func text(until end: Unicode.Scalar) throws -> String {
        let end = UInt8(ascii: end)
        guard let stop = bytes[position...].firstIndex(of: end) else {
            throw ObservationError("find, stat or sha256sum told too little")
        }
        defer { position = stop + 1 }
        return String(decoding: bytes[position..<stop], as: UTF8.self)
    }

    mutating func tree() throws -> FileTreeState {
        let folder = try FileState(stat: Substring(text(until: "\n")))
        var names: [String] = []
        while true {
            let name = try text(until: "\0")
            if name.isEmpty { break }
            names.append(name)
        }
        var entries: [(name: String, entry: FileTreeState.Entry, isLink: Bool)] = []
        for name in names {
            let line = Substring(try text(until: "\n"))
            // inode(7): 0120000 is a symbolic link.
            let raw = UInt32(line.prefix { $0 != " " }, radix: 16) ?? 0
            let isLink = raw & 0o170000 == 0o120000
            entries.append((name, FileTreeState.Entry(try FileState(stat: line)), isLink))
        }
        try expectEnd()
        for index in entries.indices where entries[index].entry.state.kind == .file {
            // A name with a backslash or a line end makes sha256sum put a backslash before the digest.
            let digest = try text(until: "\n").drop { $0 == "\\" }.prefix(64)
            guard digest.count == 64, digest.allSatisfy(\.isHexDigit) else { throw changed() }
            entries[index].entry.state.digest = String(digest)
        }
        try expectEnd()
        for index in entries.indices where entries[index].isLink {
            // readlink ends its line itself.
            entries[index].entry.target = String(try text(until: "\0").dropLast())
        }
        var found: [String: FileTreeState.Entry] = [:]
        for (name, entry, _) in entries where name != "." { found[String(name.dropFirst(2))] = entry }
        return FileTreeState(folder: folder, entries: found)
    }

    private mutating func expectEnd() throws {
        guard try text(until: "\n").isEmpty else { throw changed() }
    }

    private func changed() -> ObservationError {
        ObservationError("the folder changed while it was looked at")
    }
}
