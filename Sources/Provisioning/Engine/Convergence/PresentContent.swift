/// What a file has before it is replaced, for a diff.
enum PresentContent {
    /// A larger file is not shown.
    static let limit = 4 << 20

    /// Writes the size of the file of `entry` and its content; nothing where there is no such file.
    static func script(for entry: Difference.Entry) -> String {
        guard case .content(let path, _, _) = entry else { return "" }
        return """
            file=\(shellQuoted(path))
            [ -f "$file" ] || exit 0
            size=$(wc -c <"$file") && echo "$size" || exit
            [ "$size" -gt \(limit) ] || cat -- "$file"
            """
    }

    /// Gives `entry` the text; where there is one that cannot be shown, it says so instead.
    static func fill(_ entry: inout Difference.Entry, from output: ShellSectionOutput) {
        guard case .content(let path, _, let after) = entry else { return }
        func unshown(_ why: String) {
            entry = .attribute("content of \(path)", from: why, to: "\(after.utf8.count) bytes")
        }
        guard case .ran(let output) = output, output.status == 0 else {
            return unshown("something that cannot be read")
        }
        guard let end = output.output.firstIndex(of: UInt8(ascii: "\n")) else { return }
        let content = output.output[(end + 1)...]
        guard let size = Int(String(decoding: output.output[..<end], as: UTF8.self).trimmed), size <= limit
        else {
            return unshown(
                "\(String(decoding: output.output[..<end], as: UTF8.self)) bytes, too many to show"
            )
        }
        guard !content.contains(0), let text = String(validating: content, as: UTF8.self) else {
            return unshown("\(size) bytes that are no text")
        }
        entry = .content(path: path, before: text, after: after)
    }
}
