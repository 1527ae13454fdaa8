/// Which hosts are meant, in Ansible's notation: `all`, a group, a host, a glob (`web*`), a regular
/// expression (`~web\d+`), a position in a group (`servers[0]`, `servers[1:3]`, the end included), and
/// several of them joined by `:` or `,`, where `&` keeps only hosts that are also in that part and `!`
/// takes hosts away, wherever in the pattern they stand.
public struct Pattern: ExpressibleByStringLiteral, Sendable, Hashable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    public init(stringLiteral value: String) {
        text = value
    }

    public var description: String { text }
}

/// A pattern that is malformed or names what the inventory does not have.
public struct PatternError: Error, Sendable, Hashable, CustomStringConvertible {
    public var pattern: String
    public var message: String
    /// Names of the inventory that look alike.
    public var suggestions: [String] = []

    public var description: String {
        "host pattern '\(pattern)': \(message)\(didYouMean(suggestions))"
    }
}

extension Pattern {
    enum Sign { case including, intersecting, excluding }

    enum Selection: Equatable {
        case everything
        case one(Int)
        /// Both ends are included; without an end, all that follow.
        case range(Int, Int?)
    }

    struct Term {
        var sign: Sign
        var name: String
        var selection: Selection
    }

    /// The parts in the order in which they act: what is included, then `&`, then `!`.
    func terms() throws(PatternError) -> [Term] {
        var terms: [Term] = []
        for part in split() {
            var body = part.unicodeScalars[...]
            let sign: Sign =
                switch body.first {
                case "&": .intersecting
                case "!": .excluding
                default: .including
                }
            if sign != .including { body = body.dropFirst() }
            guard !body.isEmpty else {
                throw PatternError(pattern: text, message: "nothing follows '\(part)'")
            }
            let (name, selection) = Self.selection(of: String(body))
            if selection == .everything { try checkBrackets(name) }
            terms.append(Term(sign: sign, name: name, selection: selection))
        }
        guard !terms.isEmpty else {
            throw PatternError(pattern: text, message: "is empty; 'all' means every host")
        }
        if !terms.contains(where: { $0.sign == .including }) {
            terms.append(Term(sign: .including, name: "all", selection: .everything))
        }
        return terms.filter { $0.sign == .including } + terms.filter { $0.sign == .intersecting }
            + terms.filter { $0.sign == .excluding }
    }

    /// Splits at commas, and at colons outside of brackets, parentheses and IPv6 addresses.
    ///
    /// By scalars, as Ansible: a combining mark hides no sign before it.
    private func split() -> [String] {
        text.unicodeScalars.split(separator: ",").flatMap { part -> [String] in
            let part = Substring(part).trimmingBlanks()
            if IPv6Address.isValid(Array(part.drop { $0 == "&" || $0 == "!" }.utf8)[...]) {
                return [String(part)]
            }
            var depth = 0
            let parts = part.unicodeScalars.split { scalar in
                if scalar == "[" || scalar == "(" { depth += 1 }
                if scalar == "]" || scalar == ")" { depth -= 1 }
                return scalar == ":" && depth <= 0
            }
            return parts.map { String(Substring($0).trimmingBlanks()) }.filter { !$0.isEmpty }
        }
    }

    private static func selection(of text: String) -> (name: String, Selection) {
        guard text.unicodeScalars.first != "~", text.hasSuffix("]"), let open = text.lastIndex(of: "["),
            open > text.startIndex
        else { return (text, .everything) }
        let name = String(text[..<open])
        let inside = text[text.index(after: open)...].dropLast()
        if let index = Int(inside) { return (name, .one(index)) }
        let ends = inside.split(separator: ":", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Int(ends[0]), first >= 0 else {
            return (text, .everything)
        }
        if ends[1].isEmpty { return (name, .range(first, nil)) }
        guard let last = Int(ends[1]), last >= 0 else { return (text, .everything) }
        return (name, .range(first, last))
    }

    /// Refuses what would choose other hosts than somebody meant, or none.
    private func checkBrackets(_ name: String) throws(PatternError) {
        guard !name.hasPrefix("~"), let open = name.lastIndex(of: "[") else { return }
        let inside = name[name.index(after: open)...]
        guard inside.contains("]") else {
            throw PatternError(pattern: text, message: "the '[' in '\(name)' is never closed")
        }
        // To Ansible this is a position, to a shell a set of digits.
        guard inside.wholeMatch(of: /([0-9]+)-([0-9]+)\]/) == nil else {
            let positions = name.replacing("-", with: ":")
            throw PatternError(
                pattern: text,
                message: "'\(name)' may mean positions or digits; write \(positions) or each digit"
            )
        }
    }
}

extension Substring {
    func trimmingBlanks() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return text
    }
}
