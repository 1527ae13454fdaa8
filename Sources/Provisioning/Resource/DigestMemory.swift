/// SHA-256 digests of large files that a host told while it wrote them, so that the looks behind it need not read those
/// files once more.
///
/// A digest is known by the file's device, inode, size and times of change, as git's index has it: whoever writes to the
/// file, or puts another in its place, changes one of them.
public struct DigestMemory: Sendable {
    /// Defines `tell_digest PATH DIGEST` for the script of a step that digested what it wrote.
    public static let tellFunction = """
        \(identityFunction)
        tell_digest() { printf '\(mark)%s=%s\\n' "$(file_identity "$1")" "$2" >&2; }
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
    static let mark = "apus-digest: "

    private var entries: [String] = []

    /// - Parameter errors: what a step wrote on its standard error.
    mutating func note(toldIn errors: String) {
        for line in errors.split(separator: "\n") where line.hasPrefix(Self.mark) {
            entries.append(String(line.dropFirst(Self.mark.count)))
        }
    }

    /// `script` of a look, with what is known.
    func informing(_ script: String) -> String {
        if entries.isEmpty { return script }
        return "apus_digests=\(shellQuoted(";" + entries.joined(separator: ";") + ";"))\n" + script
    }
}
