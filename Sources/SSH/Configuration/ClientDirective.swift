/// One statement of a client configuration file.
enum ClientDirective: Sendable {
    /// A block for hosts: patterns, `!` in front negates.
    case host([String])
    case match([MatchCriterion])
    /// The files' statements, in the order of the files.
    case include([[ClientDirective]])
    /// With the place of its first argument.
    case setting(ClientSetting, location: String)
    case ignoreUnknown([String])
    /// An error, unless `IgnoreUnknown` names it.
    case unknown(keyword: String, location: String)
}

/// One criterion of a `Match` line.
struct MatchCriterion: Sendable, Equatable {
    enum Subject: String, Sendable {
        case all
        /// Both mean the second pass here, since host names are not canonicalized.
        case canonical, final
        case host
        case originalHost = "originalhost"
        case user
        case localUser = "localuser"
        case exec

        var hasArgument: Bool { ![.all, .canonical, .final].contains(self) }
    }

    var subject: Subject
    var isNegated: Bool
    /// A list of patterns, or a command.
    var argument = ""
    var location: String

    /// Reads the words after `Match`: `host pi*,!pi9 exec "test -e x"`, also as `host=pi*`.
    static func list(
        _ words: [ConfigurationLine.Word],
        location: (Int) -> String
    ) throws(ConfigurationError) -> [MatchCriterion] {
        var criteria: [MatchCriterion] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            let place = location(word.column)
            let parts = word.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let isNegated = word.text.hasPrefix("!")
            let name = (parts.first ?? "").dropFirst(isNegated ? 1 : 0).lowercased()
            guard let subject = Subject(rawValue: name) else {
                throw ConfigurationError(location: place, text: "Match knows no criterion \"\(name)\"")
            }
            var criterion = MatchCriterion(subject: subject, isNegated: isNegated, location: place)
            if subject.hasArgument {
                let argument = parts.count > 1 ? String(parts[1]) : rest.popFirst()?.text
                guard let argument, !argument.isEmpty else {
                    throw ConfigurationError(location: place, text: "Match \(name) needs an argument")
                }
                criterion.argument = argument
            }
            criteria.append(criterion)
        }
        let others = criteria.filter { $0.subject.hasArgument || $0.subject == .all }
        if let all = others.first(where: { $0.subject == .all }), others.count > 1 || criteria.last != all {
            throw ConfigurationError(location: all.location, text: "Match all stands alone")
        }
        return criteria
    }
}
