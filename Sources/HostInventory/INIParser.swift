/// Reads inventories in Ansible's INI format, byte by byte, collecting every problem.
struct INIParser {
    private enum Section {
        case hosts(Int)
        case children(Int)
        case variables(Int)
        /// The header was wrong: its lines would only repeat that.
        case skipped
    }

    let file: String
    private(set) var problems: [InventoryError.Problem] = []
    private(set) var warnings: [InventoryError.Problem] = []
    private var draft: InventoryDraft
    private var section = Section.hosts(InventoryDraft.ungrouped)
    private var line = 0

    /// - Parameter draft: what earlier sources of the same inventory said.
    init(file: String, continuing draft: InventoryDraft = InventoryDraft()) {
        self.file = file
        self.draft = draft
    }

    mutating func parse(_ bytes: [UInt8]) -> InventoryDraft {
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            line += 1
            parse(line: bytes[start..<end])
            start = end + 1
        }
        for group in draft.groups where !group.isDefined {
            guard let mention = group.mention else { continue }
            let defined = draft.groups.filter(\.isDefined).map(\.name)
            let near = didYouMean(nearNames(to: group.name, among: defined))
            problems.append(.init(mention.message + near, at: mention.location))
        }
        return draft
    }

    private mutating func parse(line whole: ArraySlice<UInt8>) {
        let text = whole.trimmed
        guard let first = text.first, first != UInt8(ascii: "#"), first != UInt8(ascii: ";") else { return }
        if first == UInt8(ascii: "["), let header = SectionHeader(text) {
            begin(header, in: whole, at: text.startIndex)
            return
        }
        switch section {
        case .hosts(let group): parseHosts(text, in: whole, group: group)
        case .children(let group): parseChild(text, in: whole, parent: group)
        case .variables(let group): parseVariable(text, in: whole, group: group)
        case .skipped: break
        }
    }

    private mutating func begin(_ header: SectionHeader, in whole: ArraySlice<UInt8>, at index: Int) {
        section = .skipped
        switch header {
        case .malformed(let message):
            fail(message, in: whole, at: index)
        case .unknownKind(let name, let kind):
            let near = didYouMean(nearNames(to: kind, among: ["children", "vars", "hosts"]))
            fail(
                "section [\(name):\(kind)] is of an unknown kind '\(kind)'; "
                    + "wanted [\(name)], [\(name):children] or [\(name):vars]\(near)",
                in: whole,
                at: index
            )
        case .hosts(let name):
            section = .hosts(define(name, in: whole, at: index))
        case .children(let name):
            section = .children(define(name, in: whole, at: index))
        case .variables(let name):
            let group = draft.group(named: name)
            if draft.groups[group].mention == nil {
                let message = "section [\(name):vars] sets variables of a group that no section defines"
                draft.groups[group].mention = (message, location(in: whole, at: index))
            }
            section = .variables(group)
        }
    }

    private mutating func define(_ name: String, in whole: ArraySlice<UInt8>, at index: Int) -> Int {
        draft.define(groupNamed: name, at: location(in: whole, at: index))
    }

    private mutating func parseHosts(_ text: ArraySlice<UInt8>, in whole: ArraySlice<UInt8>, group: Int) {
        let words: [ShellWords.Word]
        do {
            words = try ShellWords.split(text)
        } catch {
            return fail(error.message, in: whole, at: text.startIndex + error.offset)
        }
        guard let first = words.first, !first.bytes.isEmpty else {
            return fail("the host has no name", in: whole, at: text.startIndex)
        }
        let pattern: HostPattern
        do {
            pattern = try HostPattern(parsing: first.bytes)
        } catch {
            return fail(error.message, in: whole, at: text.startIndex)
        }
        var variables: [String: Variable] = [:]
        let place = SourceLocation(file: file, line: line)
        if let port = pattern.port {
            variables["ansible_port"] = Variable(
                name: "ansible_port",
                value: .int(port),
                text: String(port),
                location: place
            )
        }
        var names: Set<String> = []
        for word in words.dropFirst() {
            guard let variable = parseAssignment(word, in: whole, start: text.startIndex) else { continue }
            guard names.insert(variable.name).inserted else {
                fail(
                    "variable '\(variable.name)' is set twice on this line",
                    in: whole,
                    at: text.startIndex + word.offset
                )
                continue
            }
            variables[variable.name] = variable
        }
        for name in pattern.names {
            let host = draft.addHost(named: name, to: group, at: place)
            draft.setVariables(variables, ofHost: host)
        }
    }

    private mutating func parseAssignment(
        _ word: ShellWords.Word,
        in whole: ArraySlice<UInt8>,
        start: Int
    ) -> Variable? {
        guard let equals = word.bytes.firstIndex(of: UInt8(ascii: "=")), equals > 0 else {
            let shown = String(decoding: word.bytes, as: UTF8.self)
            // The word may be the value of `password = x`, so only a bare word is shown.
            let found =
                word.bytes.allSatisfy(\.isNamePart) && !Variable.isSensitive(previousName(word, whole))
                ? "found '\(shown)'" : "found something else"
            fail("wanted name=value, without blanks around '=', \(found)", in: whole, at: start + word.offset)
            return nil
        }
        let name = String(decoding: word.bytes[..<equals], as: UTF8.self)
        return makeVariable(name, word.bytes[(equals + 1)...], in: whole, at: start + word.offset)
    }

    /// What stands before the word, to judge whether it may be a secret.
    private func previousName(_ word: ShellWords.Word, _ whole: ArraySlice<UInt8>) -> String {
        let before = whole.trimmed.prefix(word.offset)
        let name = before.reversed().drop { !$0.isNamePart }.prefix { $0.isNamePart }
        return String(decoding: name.reversed(), as: UTF8.self)
    }

    private mutating func parseVariable(_ text: ArraySlice<UInt8>, in whole: ArraySlice<UInt8>, group: Int) {
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")), equals > text.startIndex else {
            return fail("wanted name=value in a [...:vars] section", in: whole, at: text.startIndex)
        }
        let name = String(decoding: text[..<equals].trimmed, as: UTF8.self)
        let value = text[(equals + 1)...].trimmed
        guard let variable = makeVariable(name, value, in: whole, at: text.startIndex) else { return }
        if let earlier = draft.groups[group].variables[name], earlier.location.file == file {
            let message =
                "variable '\(name)' of group '\(draft.groups[group].name)' was set before, at \(earlier.location); this one wins"
            warn(message, in: whole, at: text.startIndex)
        }
        draft.setVariable(variable, ofGroup: group)
    }

    private mutating func makeVariable(
        _ name: String,
        _ bytes: ArraySlice<UInt8>,
        in whole: ArraySlice<UInt8>,
        at index: Int
    ) -> Variable? {
        guard !name.utf8.contains(where: \.isBlank) else {
            fail("a variable's name has no blanks, found '\(name)'", in: whole, at: index)
            return nil
        }
        if !name.utf8.allSatisfy(\.isNamePart) {
            let fitting = String(
                decoding: name.utf8.map { $0.isNamePart ? $0 : UInt8(ascii: "_") },
                as: UTF8.self
            )
            warn("'\(name)' is no variable name for Ansible; '\(fitting)' would be one", in: whole, at: index)
        }
        let place = SourceLocation(file: file, line: line)
        guard let literal = PythonLiteral.parse(bytes) else {
            let text = String(decoding: bytes, as: UTF8.self)
            return Variable(name: name, value: .string(text), text: text, location: place)
        }
        let text: String
        if case .string(let string) = literal.value {
            text = string
        } else {
            text = String(decoding: literal.text, as: UTF8.self)
        }
        return Variable(name: name, value: literal.value, text: text, location: place)
    }

    private mutating func parseChild(_ text: ArraySlice<UInt8>, in whole: ArraySlice<UInt8>, parent: Int) {
        let name = text.prefix { $0 != UInt8(ascii: "#") }.trimmed
        guard !name.contains(where: \.isBlank), !name.contains(UInt8(ascii: "=")) else {
            let message = "wanted the name of one group a line in a [...:children] section"
            return fail(message, in: whole, at: text.startIndex)
        }
        let child = draft.group(named: String(decoding: name, as: UTF8.self))
        let place = location(in: whole, at: text.startIndex)
        if draft.groups[child].mention == nil {
            let message =
                "section [\(draft.groups[parent].name):children] includes the undefined group '\(draft.groups[child].name)'"
            draft.groups[child].mention = (message, place)
        }
        draft.addChild(child, to: parent, at: place)
    }

    private mutating func fail(_ message: String, in whole: ArraySlice<UInt8>, at index: Int) {
        problems.append(.init(message, at: location(in: whole, at: index)))
    }

    private mutating func warn(_ message: String, in whole: ArraySlice<UInt8>, at index: Int) {
        warnings.append(.init(message, at: location(in: whole, at: index)))
    }

    /// Columns count characters (Unicode scalars), not bytes.
    private func location(in whole: ArraySlice<UInt8>, at index: Int) -> SourceLocation {
        let before = whole[whole.startIndex..<min(index, whole.endIndex)]
        return SourceLocation(file: file, line: line, column: before.count { $0 & 0xC0 != 0x80 } + 1)
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks at both ends.
    var trimmed: ArraySlice<UInt8> {
        var slice = self
        while let byte = slice.first, byte.isBlank { slice = slice.dropFirst() }
        while let byte = slice.last, byte.isBlank { slice = slice.dropLast() }
        return slice
    }
}

extension UInt8 {
    var isNamePart: Bool { isLetterOrDigit || self == UInt8(ascii: "_") }
}
