import Foundation

extension Inventory {
    /// How sources are read.
    public struct SourceOptions: Sendable {
        /// For each run of an inventory script.
        public var scriptDeadline = Duration.seconds(30)
        /// Decrypts vaulted files and values; without it they are errors.
        public var vault: VaultOpener?

        public init() {}
    }

    /// The syntax of a text.
    package enum Format: Sendable {
        case ini, yaml, json
        /// What a script answers to `--list`.
        case listing
    }

    /// Reads a text as that of a source.
    ///
    /// - Throws: `InventoryError` with every problem in the text.
    package init(parsing text: String, file: String, as format: Format) throws(InventoryError) {
        var reader = SourceReader(options: .init())
        reader.read(text, file: file, as: format)
        try self.init(reader.draft, file: file, problems: reader.problems, warnings: reader.warnings)
    }

    /// Reads a text as that of a file in `group_vars` or `host_vars`.
    ///
    /// - Throws: `InventoryError` with its first problem.
    package static func variables(
        parsing text: String,
        file: String,
        options: SourceOptions
    ) throws(InventoryError) -> [Variable] {
        do {
            return try options.variables(in: text, file: file)
        } catch {
            throw InventoryError([error.problem])
        }
    }

    /// Reads one source, as `init(sources:options:)` does.
    public init(contentsOf path: String, options: SourceOptions = .init()) throws(InventoryError) {
        try self.init(sources: [path], options: options)
    }

    /// Reads sources and merges them; later ones override earlier ones.
    ///
    /// A source is a file in INI or YAML format (or JSON), an executable script, a directory of these, or a list
    /// of hosts with a comma: `pi1,pi2` or `pi1,`. Variables in `group_vars` and `host_vars` beside them are read
    /// too. Blocks, and runs the scripts.
    ///
    /// - Throws: `InventoryError` with every problem of all files.
    public init(sources: [String], options: SourceOptions = .init()) throws(InventoryError) {
        var reader = SourceReader(options: options)
        reader.read(sources)
        try self.init(
            reader.draft,
            file: sources.joined(separator: ", "),
            problems: reader.problems,
            warnings: reader.warnings
        )
    }
}

extension Pattern {
    /// The pattern of a `--limit`: `@FILE` stands for the file's lines, each a pattern; they are joined.
    ///
    /// - Throws: `PatternError` where the file cannot be read or names nothing.
    public static func limit(_ text: String) throws(PatternError) -> Pattern {
        var parts: [String] = []
        for part in text.split(separator: ",").map(String.init) {
            guard part.hasPrefix("@") else {
                parts.append(part)
                continue
            }
            let path = String(part.dropFirst())
            guard let data = FileManager.default.contents(atPath: path),
                let lines = String(data: data, encoding: .utf8)
            else { throw PatternError(pattern: text, message: "there is no readable file '\(path)'") }
            parts += lines.split(whereSeparator: \.isNewline).map { String($0.trimmingBlanks()) }
                .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        }
        guard !parts.isEmpty || !text.contains("@") else {
            throw PatternError(pattern: text, message: "the file names no host")
        }
        return Pattern(parts.joined(separator: ","))
    }
}
