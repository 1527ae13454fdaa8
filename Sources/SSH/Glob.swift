/// Patterns of OpenSSH: `*` stands for any characters, `?` for one.
enum Glob {
    /// Takes time in the product of both lengths at worst.
    static func matches(_ text: [UInt8], _ pattern: [UInt8]) -> Bool {
        var (at, inPattern) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while at < text.count {
            if inPattern < pattern.count, pattern[inPattern] == UInt8(ascii: "*") {
                star = (inPattern, at)
                inPattern += 1
            } else if inPattern < pattern.count,
                pattern[inPattern] == text[at] || pattern[inPattern] == UInt8(ascii: "?")
            {
                at += 1
                inPattern += 1
            } else if let last = star {
                // The last star takes one more character.
                star = (last.pattern, last.text + 1)
                (at, inPattern) = (last.text + 1, last.pattern + 1)
            } else {
                return false
            }
        }
        return pattern[inPattern...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// Whether one of the patterns matches, and none that begins with `!` does.
    static func matches(_ text: String, anyOf patterns: some Sequence<Substring>) -> Bool {
        let bytes = [UInt8](text.utf8)
        var isMatched = false
        for pattern in patterns {
            let isNegated = pattern.hasPrefix("!")
            guard matches(bytes, [UInt8](pattern.dropFirst(isNegated ? 1 : 0).utf8)) else { continue }
            if isNegated { return false }
            isMatched = true
        }
        return isMatched
    }
}
