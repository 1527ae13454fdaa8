/// A keyword that a block knows.
struct Keyword {
    enum Role {
        /// Takes arguments.
        case value
        /// Takes arguments, then a block.
        case block
        /// keepalived has it, this agent does not yet.
        case unsupported
        /// Means nothing here, and leaving it out would change nothing.
        case ignored
    }

    var name: String
    var role: Role
    var arguments: ClosedRange<Int>

    static func value(_ name: String, _ arguments: ClosedRange<Int> = 1...1) -> Keyword {
        Keyword(name: name, role: .value, arguments: arguments)
    }

    static func flag(_ name: String) -> Keyword { Keyword(name: name, role: .value, arguments: 0...0) }

    static func block(_ name: String, _ arguments: ClosedRange<Int> = 0...0) -> Keyword {
        Keyword(name: name, role: .block, arguments: arguments)
    }

    static func ignored(_ name: String, _ arguments: ClosedRange<Int> = 0...0) -> Keyword {
        Keyword(name: name, role: .ignored, arguments: arguments)
    }

    static func unsupported(_ names: [String]) -> [Keyword] {
        names.map { Keyword(name: $0, role: .unsupported, arguments: 0...64) }
    }
}

struct Statement {
    var keyword: Token
    var arguments: [Token]
    /// The block's items, for keywords that have one.
    var block: [Item]
}

/// Finds the statements in a block.
///
/// A statement ends with its line. Where further words follow on that line, as in a block written on one
/// line, the block's own keywords tell where the next statement begins.
struct StatementParser {
    let keywords: [Keyword]
    let context: String

    func parse(_ items: [Item], _ diagnostics: inout Diagnostics) -> [Statement] {
        var statements: [Statement] = []
        var index = 0
        while index < items.count {
            guard case .word(let keyword) = items[index] else {
                if case .block(_, let open) = items[index] {
                    diagnostics.error("this block belongs to no keyword", at: open)
                }
                index += 1
                continue
            }
            index += 1
            let known = keywords.first { isSame($0.name, keyword.bytes) }
            let range = known?.arguments ?? 0...64
            var arguments: [Token] = []
            while index < items.count, case .word(let word) = items[index], !word.startsLine {
                let isNext = isKeyword(word)
                if isNext, arguments.count >= range.lowerBound, !keyword.startsLine || known == nil { break }
                if arguments.count == range.upperBound {
                    if isNext { break }
                    diagnostics.tolerable(
                        "unexpected word '\(shown(word, of: keyword))' after '\(keyword.text)'",
                        at: word.location
                    )
                    index = skipLine(items, from: index)
                    break
                }
                arguments.append(word)
                index += 1
            }
            var block: [Item]?
            var open = keyword.location
            if index < items.count, case .block(let inner, let location) = items[index] {
                block = inner
                open = location
                index += 1
            }
            guard let known else {
                reportUnknown(keyword, &diagnostics)
                continue
            }
            if check(known, keyword, arguments, hasBlock: block != nil, open: open, &diagnostics) {
                statements.append(Statement(keyword: keyword, arguments: arguments, block: block ?? []))
            }
        }
        return statements
    }

    private func isKeyword(_ word: Token) -> Bool {
        !word.isQuoted && keywords.contains { isSame($0.name, word.bytes) }
    }

    private func skipLine(_ items: [Item], from start: Int) -> Int {
        var index = start
        while index < items.count, case .word(let word) = items[index], !word.startsLine, !isKeyword(word) {
            index += 1
        }
        return index
    }

    /// A word after `auth_pass` may be a part of the password.
    private func shown(_ word: Token, of keyword: Token) -> String {
        if case "auth_pass" = keyword { return "«hidden»" }
        return word.text
    }

    private func reportUnknown(_ keyword: Token, _ diagnostics: inout Diagnostics) {
        if keyword.bytes.first == UInt8(ascii: "$") || keyword.bytes.first == UInt8(ascii: "@") {
            let message: Message = "variables and conditions ('$', '@') are not supported by this agent yet"
            diagnostics.error(message, at: keyword.location)
            return
        }
        diagnostics.tolerable(
            "unknown keyword '\(keyword.text)' \(context)",
            at: keyword.location,
            suggestion: nearest(to: keyword.bytes, among: keywords.map { $0.name })
        )
    }

    /// Whether the statement can be looked into.
    private func check(
        _ known: Keyword,
        _ keyword: Token,
        _ arguments: [Token],
        hasBlock: Bool,
        open: Location,
        _ diagnostics: inout Diagnostics
    ) -> Bool {
        switch known.role {
        case .unsupported:
            diagnostics.error("'\(known.name)' is not supported by this agent yet", at: keyword.location)
            return false
        case .ignored:
            diagnostics.warning("'\(known.name)' has no effect in this agent", at: keyword.location)
            return false
        case .value where hasBlock:
            diagnostics.error("'\(known.name)' takes no block", at: open)
            return false
        case .block where !hasBlock:
            diagnostics.error("'\(known.name)' wants a block '{ … }'", at: keyword.location)
            return false
        case .value, .block:
            break
        }
        if arguments.count < known.arguments.lowerBound {
            let isNamed = known.role == .block && known.arguments.lowerBound == 1
            let what = isNamed ? "a name" : known.role == .block ? "an address and a port" : "a value"
            diagnostics.error("'\(known.name)' wants \(what)", at: keyword.location)
            return false
        }
        return true
    }
}
