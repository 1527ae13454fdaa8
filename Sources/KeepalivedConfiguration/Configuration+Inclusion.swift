extension Configuration {
    /// The text of a file, with those of the files that it includes in the place of its include statements.
    ///
    /// - Parameters: as for reading, which must go well.
    /// - Throws: `ConfigurationErrors` where something stands behind an include statement on its line.
    public static func text(
        including files: FileAccess,
        _ bytes: [UInt8],
        file: String
    ) throws(ConfigurationErrors) -> [UInt8] {
        let newline = UInt8(ascii: "\n")
        let parser = TreeParser(files: files)
        var lexer = Lexer(bytes, file: file)
        var diagnostics = Diagnostics()
        lexer.run(&diagnostics)
        var lines = bytes.split(separator: newline, omittingEmptySubsequences: false).map { Array($0) }
        for (index, token) in lexer.tokens.enumerated() where parser.isInclude(token) {
            let place = token.location
            let rest = lexer.tokens[(index + 1)...].prefix { $0.location.line == place.line }
            guard let argument = rest.first, rest.count == 1 else {
                diagnostics.error("nothing may follow the file that is included on its line", at: place)
                throw ConfigurationErrors(diagnostics.errors)
            }
            var texts: [[UInt8]] = []
            for path in parser.paths(of: argument) ?? [] {
                guard let bytes = files.read(path) else { continue }
                texts.append(try text(including: files, bytes, file: path))
            }
            lines[place.line - 1] = Array(texts.joined(separator: [newline]))
        }
        return Array(lines.joined(separator: [newline]))
    }
}
