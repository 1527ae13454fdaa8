/// Where something was written: a file, a line and, where it helps, a column (both counted from 1).
///
/// Prints as `file:line` or `file:line:column`, the form that editors and terminals make clickable.
public struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
    public var file: String
    public var line: Int
    public var column: Int?

    public init(file: String, line: Int, column: Int? = nil) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String {
        guard let column else { return "\(file):\(line)" }
        return "\(file):\(line):\(column)"
    }
}
