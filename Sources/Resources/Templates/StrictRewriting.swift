/// Puts a check behind every variable of a template's text; the text's lines stay where they are.
struct StrictRewriting {
    static let definedFilter = "apus_defined"
    static let argumentFilter = "apus_argument"
    static let lastFilter = "apus_last"

    /// Where the text is from; `nil` for the template that is rendered.
    let template: String?
    let references: References

    func rewritten(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        var line = 1
        while let start = Self.nextTag(in: rest) {
            let kind = rest[rest.index(after: start)]
            result += rest[..<start]
            line += rest[..<start].count(where: \.isNewline)
            let closing = kind == "{" ? "}}" : "\(kind)}"
            let inner = rest[rest.index(start, offsetBy: 2)...]
            // Without an end it is Stencil's to complain.
            guard let end = inner.firstRange(of: closing) else { break }
            let contents = inner[..<end.lowerBound]
            if kind == "#" {
                result += rest[start..<end.upperBound]
            } else {
                result += "{\(kind)" + tag(contents, isBlock: kind == "%", line: line) + closing
            }
            line += contents.count(where: \.isNewline)
            rest = rest[end.upperBound...]
        }
        return result + rest
    }

    private static func nextTag(in text: Substring) -> Substring.Index? {
        var index = text.startIndex
        while let brace = text[index...].firstIndex(of: "{") {
            index = text.index(after: brace)
            if index < text.endIndex, "{%#".contains(text[index]) { return brace }
        }
        return nil
    }

    private func tag(_ contents: Substring, isBlock: Bool, line: Int) -> String {
        var contents = contents
        var lead = ""
        var trail = ""
        // «{%- … -%}»: white space control.
        if isBlock, let first = contents.first, "+-".contains(first) { lead = String(contents.removeFirst()) }
        if isBlock, let last = contents.last, "+-".contains(last) { trail = String(contents.removeLast()) }
        let words = Self.words(of: contents)
        let checked = isBlock ? block(words, line: line) : words.map { word($0, line: line) }
        let lines = String(repeating: "\n", count: contents.count(where: \.isNewline))
        return lead + " " + checked.joined(separator: " ") + " " + lines + trail
    }

    private func block(_ words: [String], line: Int) -> [String] {
        let label = words.first?.hasSuffix(":") == true ? 1 : 0
        guard words.count > label else { return words }
        return words.enumerated().map { index, text in
            switch words[label] {
            case "if", "elif", "ifnot":
                index > label ? word(text, line: line) : text
            // for X in EXPRESSION where CONDITION
            case "for":
                index == label + 3 || index > label + 4 ? word(text, line: line) : text
            default: text
            }
        }
    }

    private static let operators: Set<String> = [
        "if", "else", "in", "not", "and", "or", "==", "!=", ">", ">=", "<", "<=", "(", ")",
    ]

    private func word(_ word: String, line: Int) -> String {
        if Self.operators.contains(word) { return word }
        if !Self.isQuoted(word), let dots = word.firstRange(of: "...") {
            return expression(String(word[..<dots.lowerBound]), line: line) + "..."
                + expression(String(word[dots.upperBound...]), line: line)
        }
        return expression(word, line: line)
    }

    /// A variable or literal, and filters behind it.
    private func expression(_ text: String, line: Int) -> String {
        let parts = Self.split(text, at: "|")
        guard let head = parts.first else { return text }
        var checked = [head]
        let mayBeMissing = parts.count > 1 && (parts[1] == "default" || parts[1].hasPrefix("default:"))
        if !Self.isLiteral(head) {
            if head.hasSuffix(".last") {
                let list = String(head.dropLast(5))
                checked = [list, check(list, line), Self.lastFilter]
            }
            if !mayBeMissing { checked.append(check(head, line)) }
        }
        for filter in parts.dropFirst() {
            let arguments = Self.split(filter, at: ":").dropFirst().joined(separator: ":")
            for argument in Self.split(arguments, at: ",") where !Self.isLiteral(argument) {
                let number = references.note(argument, template: template, line: line)
                checked.append("\(Self.argumentFilter):\(argument),\(number)")
            }
            checked.append(filter)
        }
        return checked.joined(separator: "|")
    }

    private func check(_ name: String, _ line: Int) -> String {
        "\(Self.definedFilter):\(references.note(name, template: template, line: line))"
    }

    private static func isQuoted(_ word: String) -> Bool {
        word.count > 1 && (word.first == "\"" || word.first == "'") && word.last == word.first
    }

    private static func isLiteral(_ word: String) -> Bool {
        word.isEmpty || isQuoted(word) || Double(word) != nil || word == "true" || word == "false"
    }

    /// Words between white space outside of quotes; parentheses are words; «a | b : c» is one word.
    private static func words(of contents: Substring) -> [String] {
        var words: [String] = []
        var quote: Character?
        var isOpen = false
        for character in contents {
            if let open = quote {
                words[words.count - 1].append(character)
                if character == open { quote = nil }
                continue
            }
            if character.isWhitespace {
                isOpen = false
                continue
            }
            let isGlue = character == "|" || character == ":" || character == ","
            let isLabel = words.count == 1 && words[0].hasSuffix(":") && !words[0].contains("|")
            let afterGlue = !isLabel && (words.last?.last.map { "|:,".contains($0) } ?? false)
            if character == "(" || character == ")" {
                words.append(String(character))
                isOpen = false
                continue
            }
            if !words.isEmpty, isOpen || isGlue || afterGlue {
                words[words.count - 1].append(character)
            } else {
                words.append(String(character))
            }
            isOpen = true
            if character == "\"" || character == "'" { quote = character }
        }
        return words
    }

    private static func split(_ text: String, at separator: Character) -> [String] {
        var parts = [""]
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == separator {
                parts.append("")
                continue
            }
            parts[parts.count - 1].append(character)
        }
        return parts == [""] ? [] : parts
    }
}
