/// Reads client configuration files with all that they include.
struct ConfigurationReader {
    /// How deeply files may include each other, as with OpenSSH.
    private static let deepestInclude = 16

    let environment: ClientEnvironment
    /// Where relative paths of `Include` start.
    let folder: String
    /// Whether `~` is allowed in `Include`.
    let isUsers: Bool

    /// - Returns: no statements where the file does not exist.
    func read(_ path: String, depth: Int = 0) throws(ConfigurationError) -> [ClientDirective] {
        guard let text = try environment.text(of: path) else { return [] }
        return try parse(text, file: path, depth: depth)
    }

    func parse(_ text: String, file: String, depth: Int = 0) throws(ConfigurationError) -> [ClientDirective] {
        var directives: [ClientDirective] = []
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() {
            let place = "\(file):\(index + 1)"
            if let directive = try self.directive(Substring(bytes), place: place, depth: depth) {
                directives.append(directive)
            }
        }
        return directives
    }

    /// - Parameter place: file and line.
    private func directive(
        _ text: Substring,
        place: String,
        depth: Int
    ) throws(ConfigurationError) -> ClientDirective? {
        func location(_ column: Int) -> String { "\(place):\(column)" }
        let read: ConfigurationLine?
        do {
            read = try ConfigurationLine(text)
        } catch {
            throw ConfigurationError(location: location(error.column), text: error.text)
        }
        guard let line = read else { return nil }
        let arguments = line.arguments.map(\.text)
        switch line.keyword.text {
        case "host": return .host(arguments)
        case "match": return .match(try MatchCriterion.list(line.arguments, location: location))
        case "ignoreunknown": return .ignoreUnknown(arguments)
        case "include":
            guard depth < Self.deepestInclude else {
                throw ConfigurationError(location: location(1), text: "files include each other too deeply")
            }
            return .include(try included(line.arguments, location: location, depth: depth + 1))
        case let keyword:
            guard ClientKeywords.contains(keyword) else {
                return .unknown(keyword: keyword, location: location(line.keyword.column))
            }
            do throws(ClientSetting.Failure) {
                let setting = try ClientSetting(keyword: keyword, arguments: arguments, location: place)
                let place = location(line.arguments[0].column)
                return setting.map { ClientDirective.setting($0, location: place) }
            } catch {
                let column = line.arguments[error.argument].column
                throw ConfigurationError(location: location(column), text: error.text)
            }
        }
    }

    private func included(
        _ patterns: [ConfigurationLine.Word],
        location: (Int) -> String,
        depth: Int
    ) throws(ConfigurationError) -> [[ClientDirective]] {
        var files: [[ClientDirective]] = []
        for pattern in patterns {
            var path = pattern.text
            if path.hasPrefix("~") {
                guard isUsers else {
                    let text = "the system's file has no home: \"\(path)\""
                    throw ConfigurationError(location: location(pattern.column), text: text)
                }
                // The files of nobody are none, as with OpenSSH.
                guard let expanded = environment.expandingTilde(path) else { continue }
                path = expanded
            } else if !path.hasPrefix("/") {
                path = "\(folder)/\(path)"
            }
            for file in environment.files(path) { files.append(try read(file, depth: depth)) }
        }
        return files
    }
}
