/// SHA-256 digests of large files that were sent to a host, so that the looks behind need not read those files once more.
///
/// A digest is known by the file's device, inode, size and times of change, as git's index has it: whoever writes to the
/// file, or puts another in its place, changes one of them.
public struct DigestMemory: Sendable {
    /// Defines `tell_identity PATH` for the receiver of an upload with `Upload.digested`: the file holds what was sent,
    /// and nothing else.
    public static let tellFunction = """
        \(identityFunction)
        tell_identity() { printf '\(mark)%s\\n' "$(file_identity "$1")" >&2; }
        """

    /// Defines `known_digest PATH` for an observation: it writes the digest, or fails where none is known.
    public static let knownFunction = """
        \(identityFunction)
        known_digest() {
          known=${apus_digests-}
          known=${known#*";$(file_identity "$1")="}
          [ "$known" != "${apus_digests-}" ] && echo "${known%%;*}"
        }
        """

    private static let identityFunction = "file_identity() { stat -L -c '%d %i %s %y %z' -- \"$1\"; }"

    /// Begins a line of a script's standard error.
    static let mark = "apus-file: "

    private var entries: [String] = []

    /// - Parameters:
    ///   - digest: of what was sent.
    ///   - errors: what its receiver wrote on its standard error.
    mutating func note(_ digest: String, ofFilesToldIn errors: String) {
        for line in errors.split(separator: "\n") where line.hasPrefix(Self.mark) {
            entries.append("\(line.dropFirst(Self.mark.count))=\(digest)")
        }
    }

    /// `script` of a look, with what is known.
    func informing(_ script: String) -> String {
        if entries.isEmpty { return script }
        return "apus_digests=\(shellQuoted(";" + entries.joined(separator: ";") + ";"))\n" + script
    }
}
