extension Inventory {
    /// The hosts that the pattern means, each once, in the order in which the pattern names them and, within
    /// a group, of the file.
    ///
    /// A glob or regular expression that fits nothing gives nothing; a plain name that the inventory does not
    /// have, or a position that a group does not have, is an error.
    /// - Throws: `PatternError`
    public func hosts(matching pattern: Pattern) throws -> [Host] {
        try indices(matching: pattern).map { $0 == implicitIndex ? implicitLocalhost : hosts[$0] }
    }

    /// This machine, where a pattern names `localhost` and the inventory does not: not in `all`, with the
    /// variables of `all`, and reached without a connection.
    private var implicitLocalhost: Host {
        let place = SourceLocation(file: "(implicit localhost)", line: 1)
        let connection = Variable(
            name: "ansible_connection",
            value: "local",
            text: "local",
            location: place
        )
        let all = group(named: "all")
        return Host(
            name: "localhost",
            location: place,
            groups: ["all"],
            variables: Variables(
                host: "localhost",
                hostLocation: place,
                inherited: (all?.variables ?? [:]).merging(all?.folderVariables ?? [:]) { $1 },
                own: ["ansible_connection": connection]
            ),
            overridden: []
        )
    }

    private var implicitIndex: Int { hosts.count }

    private func indices(matching pattern: Pattern) throws(PatternError) -> [Int] {
        var chosen: [Int] = []
        var isChosen: Set<Int> = []
        for term in try pattern.terms() {
            let found = try select(term, of: try indices(named: term.name, in: pattern), in: pattern)
            switch term.sign {
            case .including:
                chosen += found.filter { isChosen.insert($0).inserted }
            case .intersecting:
                isChosen.formIntersection(found)
                chosen.removeAll { !isChosen.contains($0) }
            case .excluding:
                isChosen.subtract(found)
                chosen.removeAll { !isChosen.contains($0) }
            }
        }
        return chosen
    }

    private func select(
        _ term: Pattern.Term,
        of found: [Int],
        in pattern: Pattern
    ) throws(PatternError) -> [Int] {
        switch term.selection {
        case .everything:
            return found
        case .one(let index):
            let position = index < 0 ? found.count + index : index
            guard found.indices.contains(position) else {
                let message = "there is no \(term.name)[\(index)]: '\(term.name)' has \(found.count) hosts"
                throw PatternError(pattern: pattern.text, message: message)
            }
            return [found[position]]
        case .range(let first, let last):
            guard first < found.count else {
                let message = "\(term.name)[\(first):…] is empty: '\(term.name)' has \(found.count) hosts"
                throw PatternError(pattern: pattern.text, message: message)
            }
            let end = min(last ?? found.count - 1, found.count - 1)
            return end < first ? [] : Array(found[first...end])
        }
    }

    /// The hosts of the groups of that name; where there are none, and for globs also, the hosts themselves.
    private func indices(named name: String, in pattern: Pattern) throws(PatternError) -> [Int] {
        if name == "all" || name == "*" { return Array(hosts.indices) }
        let matches: (String) -> Bool
        if name.unicodeScalars.first == "~" {
            // Ansible's expressions must fit from the start of a name, not up to its end.
            let expression: Regex<AnyRegexOutput>
            do {
                expression = try Regex(String(name.unicodeScalars.dropFirst()))
            } catch {
                throw PatternError(
                    pattern: pattern.text,
                    message: "'\(name)' is no regular expression: \(error)"
                )
            }
            matches = { $0.prefixMatch(of: expression) != nil }
        } else if name.utf8.contains(where: {
            $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[")
        }) {
            let glob = Glob(name)
            matches = { glob.matches($0) }
        } else {
            if let group = groupIndex[name] { return members[group] }
            if let host = hostIndex[name] { return [host] }
            if ["localhost", "127.0.0.1", "::1"].contains(name) { return [implicitIndex] }
            throw unknown(name, in: pattern)
        }
        var seen: Set<Int> = []
        let fromGroups = groups.indices.filter { matches(groups[$0].name) }.flatMap { members[$0] }
        let named = hosts.indices.filter { matches(hosts[$0].name) }
        return (fromGroups + named).filter { seen.insert($0).inserted }
    }

    private func unknown(_ name: String, in pattern: Pattern) -> PatternError {
        let names = groups.map(\.name).filter { $0 != "all" && $0 != "ungrouped" }
        let shown = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
        let listed = names.isEmpty ? "it has no groups" : "its groups are \(shown)"
        return PatternError(
            pattern: pattern.text,
            message: "\(file) has no group or host '\(name)' (\(listed))",
            suggestions: nearNames(to: name, among: groups.map(\.name) + hosts.map(\.name))
        )
    }
}

/// A shell's glob: `*`, `?`, `[abc]`, `[a-f]`, `[!abc]`. A character is a Unicode scalar, as in Python.
struct Glob {
    private enum Part {
        case any
        case many
        case set(ranges: [ClosedRange<Unicode.Scalar>], isNegated: Bool)
        case literal(Unicode.Scalar)
    }

    private let parts: [Part]

    init(_ text: String) {
        var parts: [Part] = []
        let characters = Array(text.unicodeScalars)
        var index = 0
        while index < characters.count {
            let character = characters[index]
            index += 1
            switch character {
            case "*": parts.append(.many)
            case "?": parts.append(.any)
            case "[":
                guard let (set, end) = Self.set(characters, from: index) else {
                    parts.append(.literal(character))
                    continue
                }
                parts.append(set)
                index = end
            default: parts.append(.literal(character))
            }
        }
        self.parts = parts
    }

    private static func set(_ characters: [Unicode.Scalar], from start: Int) -> (Part, end: Int)? {
        var index = start
        let isNegated = index < characters.count && characters[index] == "!"
        if isNegated { index += 1 }
        let first = index
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while index < characters.count, characters[index] != "]" || index == first {
            if index + 2 < characters.count, characters[index + 1] == "-", characters[index + 2] != "]" {
                if characters[index] <= characters[index + 2] {
                    ranges.append(characters[index]...characters[index + 2])
                }
                index += 3
            } else {
                ranges.append(characters[index]...characters[index])
                index += 1
            }
        }
        guard index < characters.count else { return nil }
        return (.set(ranges: ranges, isNegated: isNegated), index + 1)
    }

    /// Linear but for the last `*`, to which it goes back: no pattern takes more than length × parts steps.
    func matches(_ text: String) -> Bool {
        let characters = Array(text.unicodeScalars)
        var (position, part) = (0, 0)
        var retry: (position: Int, part: Int)?
        while position < characters.count {
            if part < parts.count, case .many = parts[part] {
                retry = (position, part)
                part += 1
            } else if part < parts.count, fits(characters[position], parts[part]) {
                position += 1
                part += 1
            } else if let last = retry {
                retry = (last.position + 1, last.part)
                position = last.position + 1
                part = last.part + 1
            } else {
                return false
            }
        }
        return parts[part...].allSatisfy { if case .many = $0 { true } else { false } }
    }

    private func fits(_ character: Unicode.Scalar, _ part: Part) -> Bool {
        switch part {
        case .any, .many: true
        case .literal(let literal): literal == character
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(character) } != isNegated
        }
    }
}
