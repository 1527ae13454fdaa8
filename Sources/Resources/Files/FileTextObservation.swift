public import Provisioning

/// The bytes of a text file: one `stat` and one `cat` for all files of a host.
public struct FileTextObservation: Observation {
    public let path: String

    /// A larger file is not read.
    public static let limit = 1 << 20

    public static func script(for subjects: [FileTextObservation]) -> String {
        """
        set --
        for path in \(subjects.map(\.path).shellQuoted); do
          if [ -f "$path" ]; then echo file; set -- "$@" "$path"
          elif [ -e "$path" ]; then echo other
          else echo absent; fi
        done
        [ $# -gt 0 ] || exit 0
        sizes=$(stat -L -c %s -- "$@") || exit
        for size in $sizes; do
          path=$1; shift
          echo "$size"
          [ "$size" -gt \(limit) ] || set -- "$@" "$path"
        done
        [ $# = 0 ] || cat -- "$@"
        """
    }

    public static func answers(from output: ShellOutput, for subjects: [FileTextObservation]) throws
        -> [FileText]
    {
        var rest = output.output[...]
        func line() throws -> String {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
                throw ObservationError("the look at a file's text told too little")
            }
            defer { rest = rest[(end + 1)...] }
            return String(decoding: rest[..<end], as: UTF8.self)
        }
        let kinds = try subjects.map { _ in try line() }
        let sizes = try kinds.map { kind -> Int? in
            guard kind == "file" else { return nil }
            guard let size = Int(try line()) else { throw ObservationError("stat told no size") }
            return size
        }
        let wanted = sizes.compactMap(\.self).filter { $0 <= limit }.reduce(0, +)
        guard rest.count == wanted else {
            throw ObservationError("a file changed while it was read, or is not a regular one")
        }
        return zip(kinds, sizes).map { kind, size in
            guard let size else { return kind == "absent" ? .absent : .other }
            guard size <= limit else { return .tooLarge(size) }
            defer { rest = rest.dropFirst(size) }
            return .text(Array(rest.prefix(size)))
        }
    }
}

public enum FileText: Sendable, Hashable {
    case absent
    case text([UInt8])
    /// In bytes.
    case tooLarge(Int)
    /// Something that is no regular file.
    case other
}
