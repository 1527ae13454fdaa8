public import Provisioning

/// What is at a path: one `stat` and one `sha256sum` for all paths of a host.
public struct FileObservation: Observation {
    public let path: String
    /// Whether the content matters too.
    public let digest: Bool
    /// In bytes, where the content is large: 0 else.
    private let largeSize: Int

    /// - Parameter size: that the content is expected to have, in bytes.
    public init(path: String, digest: Bool = false, size: Int = 0) {
        self.path = path
        self.digest = digest
        // Only sha256sum keeps a name with a line end on one line.
        largeSize = digest && Self.isLarge(size) && !path.contains("\n") ? size : 0
    }

    /// Whether it is worth looking for a faster program than `sha256sum`, and for a digest that is known.
    static func isLarge(_ size: Int) -> Bool { size >= 16 << 20 }

    var isLarge: Bool { largeSize > 0 }

    public var allowance: Duration { .seconds(largeSize / Self.slowReading) }

    /// In bytes a second: what an old memory card gives beside other work.
    private static let slowReading = 5 << 20

    /// One character for each path; a `stat` line for each that is there; and for each regular file whose content
    /// matters, its digest.
    public static func script(for subjects: [FileObservation]) -> String {
        // All paths are arguments at once in the usual case that all are there: to add them one by one costs a shell
        // the square of their number. And each echo would be a write of its own.
        """
        set -- \(subjects.map(\.path).shellQuoted)
        seen=
        for path do
          folder=${path%/*}
          if [ -e "$path" ]; then if [ -L "$path" ]; then seen=$seen@; else seen=$seen+; fi
          elif [ -d "${folder:-/}" ] && [ ! -x "${folder:-/}" ]; then seen=$seen?
          elif [ -L "$path" ] && ! readlink -f -- "$path" >/dev/null; then seen=$seen%
          else seen=$seen-; fi
        done
        echo "$seen"
        case $seen in *[!+@]*) for path do shift; [ ! -e "$path" ] || set -- "$@" "$path"; done ;; esac
        [ $# = 0 ] || stat -L -c '%f %s %u %g %U %G' -- "$@" || exit
        \(digests(of: subjects.filter { $0.digest && !$0.isLarge }, by: "sha256sum --"))
        \(largeDigests(of: subjects.filter(\.isLarge)))
        """
    }

    /// openssl uses the processor's own instructions, and is several times faster than sha256sum once it has started.
    private static func largeDigests(of subjects: [FileObservation]) -> String {
        if subjects.isEmpty { return ":" }
        return """
            \(DigestMemory.knownFunction)
            large() {
              for path do
                known_digest "$path" ||
                  if command -v openssl >/dev/null; then openssl dgst -sha256 -r "$path"; else sha256sum -- "$path"; fi ||
                  return
              done
            }
            \(digests(of: subjects, by: "large"))
            """
    }

    private static func digests(of subjects: [FileObservation], by program: String) -> String {
        if subjects.isEmpty { return ":" }
        return """
            set -- \(subjects.map(\.path).shellQuoted)
            for path do
              [ ! -f "$path" ] || continue
              for path do shift; [ ! -f "$path" ] || set -- "$@" "$path"; done
              break
            done
            [ $# = 0 ] || \(program) "$@" || exit
            """
    }

    public static func answers(from output: ShellOutput, for subjects: [FileObservation]) throws
        -> [FileState?]
    {
        var lines = output.lines[...]
        func next() throws -> Substring {
            guard let line = lines.popFirst() else {
                throw ObservationError("stat or sha256sum told too little")
            }
            return line
        }
        let places = try next()
        guard places.utf8.count == subjects.count else {
            throw ObservationError("the look at \(subjects.count) paths answered «\(places)»")
        }
        var states = try places.map { place -> FileState? in
            switch place {
            case "+": return try FileState(stat: next())
            case "@":
                var state = try FileState(stat: next())
                state.isLink = true
                return state
            case "%": return FileState(kind: .brokenLink, isLink: true)
            case "?": return FileState(kind: .hidden)
            default: return nil
            }
        }
        let digested = subjects.indices.filter { subjects[$0].digest && states[$0]?.kind == .file }
        for index in digested.filter({ !subjects[$0].isLarge }) + digested.filter({ subjects[$0].isLarge }) {
            // A name with a backslash or a line end makes sha256sum put a backslash before the digest.
            let line = try next()
            let digest = line.drop { $0 == "\\" }.prefix { $0 != " " }
            guard digest.utf8.count == 64, digest.allSatisfy(\.isHexDigit) else {
                throw ObservationError("the digest of \(subjects[index].path) is told as «\(line)»")
            }
            states[index]?.digest = String(digest)
        }
        return states
    }
}

/// A file, a folder or something else at a path, symbolic links followed.
public struct FileState: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case file, directory, other
        /// A symbolic link that leads in a circle, or into a folder that is not there.
        case brokenLink
        /// In a folder that may not be searched with the privilege of the look.
        case hidden
    }

    public var kind: Kind
    /// Whether a symbolic link leads there.
    public var isLink: Bool
    public var mode: FileMode
    /// In bytes.
    public var size: Int
    public var userID: UInt32
    public var groupID: UInt32
    public var owner: String
    public var group: String
    /// SHA-256 in hexadecimal, where it was asked for and the file is a regular one.
    public var digest: String?

    public init(
        kind: Kind = .file,
        mode: FileMode = 0o644,
        size: Int = 0,
        userID: UInt32 = 0,
        groupID: UInt32 = 0,
        owner: String = "root",
        group: String = "root",
        digest: String? = nil,
        isLink: Bool = false
    ) {
        self.kind = kind
        self.mode = mode
        self.size = size
        self.userID = userID
        self.groupID = groupID
        self.owner = owner
        self.group = group
        self.digest = digest
        self.isLink = isLink
    }

    /// Why this is not the `kind` of thing that is wanted at `path`; `nil` where it is.
    func obstacle(at path: String, to wanted: Kind) -> String? {
        switch kind {
        case wanted: nil
        case .hidden: "\(path): its folder may not be searched"
        case .brokenLink:
            "\(path) is a symbolic link that leads in a circle, or into a folder that is not there"
        default: "\(path) is there, and is not a \(wanted == .file ? "regular file" : "folder")"
        }
    }

    /// - Parameter line: of `stat -c '%f %s %u %g %U %G'`.
    init(stat line: Substring) throws {
        let words = line.split(separator: " ")
        guard words.count == 6, let raw = UInt32(words[0], radix: 16), let size = Int(words[1]),
            let userID = UInt32(words[2]), let groupID = UInt32(words[3])
        else { throw ObservationError("stat answered «\(line)»") }
        // inode(7): the type is in the bits 0170000.
        kind =
            switch raw & 0o170000 {
            case 0o100000: .file
            case 0o040000: .directory
            default: .other
            }
        mode = FileMode(UInt16(raw & 0o7777))
        self.size = size
        self.userID = userID
        self.groupID = groupID
        owner = String(words[4])
        group = String(words[5])
        isLink = false
    }
}
