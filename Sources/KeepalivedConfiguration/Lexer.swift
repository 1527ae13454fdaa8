/// A word or a brace of a configuration file.
struct Token {
    enum Kind { case word, open, close }

    var kind: Kind
    /// The word without its quotes, its escapes resolved.
    var bytes: [UInt8]
    var location: Location
    var isQuoted = false
    /// Whether it is the first on its line.
    var startsLine: Bool

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Lets a `switch` compare words with literals, byte by byte.
    static func ~= (literal: String, token: Token) -> Bool { isSame(literal, token.bytes) }
}

/// Splits a file into words and braces.
///
/// `#` and `!` start comments outside of quotes; double quotes group, and inside them a backslash escapes.
struct Lexer {
    private let bytes: [UInt8]
    private let file: String
    private var index = 0
    private var line = 1
    private var column = 1
    private var startsLine = true
    private(set) var tokens: [Token] = []
    /// Comments that hold an instance, which nobody wants commented out without knowing.
    private(set) var commentedInstance: Location?

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
        if bytes.starts(with: [0xEF, 0xBB, 0xBF] as [UInt8]) { index = 3 }
    }

    private var here: Location { Location(file: file, line: line, column: column) }
    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func advance() {
        if bytes[index] == 0x0A {
            line += 1
            column = 1
            startsLine = true
        } else if bytes[index].startsCharacter {
            column += 1
        }
        index += 1
    }

    mutating func run(_ diagnostics: inout Diagnostics) {
        while let byte = peek {
            switch byte {
            case 0x0A: advance()
            case UInt8(ascii: "#"), UInt8(ascii: "!"): skipComment()
            case UInt8(ascii: "{"): brace(.open)
            case UInt8(ascii: "}"): brace(.close)
            default:
                if byte.isBlank { advance() } else { word(&diagnostics) }
            }
        }
    }

    private mutating func brace(_ kind: Token.Kind) {
        tokens.append(Token(kind: kind, bytes: [], location: here, startsLine: startsLine))
        advance()
        startsLine = false
    }

    private mutating func skipComment() {
        let start = index
        let location = here
        while let byte = peek, byte != 0x0A { advance() }
        if commentedInstance == nil, contains("vrrp_instance", in: bytes[start..<index]) {
            commentedInstance = location
        }
    }

    private func contains(_ needle: String, in text: ArraySlice<UInt8>) -> Bool {
        text.indices.contains { text[$0...].starts(with: needle.utf8) }
    }

    private mutating func word(_ diagnostics: inout Diagnostics) {
        var token = Token(kind: .word, bytes: [], location: here, startsLine: startsLine)
        // Braces inside of a word belong to a glob: `conf.d/{a,b}.conf`.
        var depth = 0
        loop: while let byte = peek, byte != 0x0A, !byte.isBlank {
            switch byte {
            case UInt8(ascii: "\""):
                token.isQuoted = true
                quoted(into: &token.bytes, &diagnostics)
                continue
            case UInt8(ascii: "#"), UInt8(ascii: "!"):
                diagnostics.warning(
                    "a comment starts inside of a word; put the word in quotes if this belongs to it",
                    at: here
                )
                break loop
            case UInt8(ascii: "{"):
                if opensBlock { break loop }
                depth += 1
            case UInt8(ascii: "}"):
                if depth == 0 { break loop }
                depth -= 1
            default: break
            }
            token.bytes.append(byte)
            advance()
        }
        tokens.append(token)
        startsLine = false
    }

    /// Whether the brace at `index` ends its word: nothing follows it directly.
    private var opensBlock: Bool {
        guard index + 1 < bytes.count else { return true }
        let next = bytes[index + 1]
        return next.isBlank || next == 0x0A || next == UInt8(ascii: "#") || next == UInt8(ascii: "!")
    }

    private mutating func quoted(into word: inout [UInt8], _ diagnostics: inout Diagnostics) {
        let start = here
        advance()
        while let byte = peek, byte != 0x0A {
            advance()
            if byte == UInt8(ascii: "\"") { return }
            guard byte == UInt8(ascii: "\\"), let next = peek, next != 0x0A else {
                word.append(byte)
                continue
            }
            advance()
            switch next {
            case UInt8(ascii: "n"): word.append(0x0A)
            case UInt8(ascii: "t"): word.append(0x09)
            case UInt8(ascii: "r"): word.append(0x0D)
            case UInt8(ascii: "e"): word.append(0x1B)
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "x"):
                diagnostics.error(
                    "octal and hexadecimal escapes are not supported by this agent yet",
                    at: start
                )
            default: word.append(next)
            }
        }
        diagnostics.error("this quote is never closed", at: start)
    }
}
