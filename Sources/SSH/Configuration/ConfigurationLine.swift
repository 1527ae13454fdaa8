/// One line of ssh_config as words: the keyword and its arguments.
///
/// Words are split as OpenSSH does: quotes of both kinds hold blanks together, a backslash protects a quote, a
/// backslash and (outside of quotes) a blank, and `#` at the beginning of a word starts a comment.
struct ConfigurationLine {
    struct Word: Equatable {
        var text: String
        /// Counted from 1, in bytes.
        var column: Int
    }

    struct Failure: Error {
        var text: String
        var column: Int
    }

    /// In lower case.
    let keyword: Word
    let arguments: [Word]

    /// - Returns: nil where the line says nothing.
    init?(_ line: Substring) throws(Failure) {
        let bytes = Array(line.utf8)
        var index = 0
        func skipBlanks() { while index < bytes.count, Self.isBlank(bytes[index]) { index += 1 } }
        skipBlanks()
        guard index < bytes.count, bytes[index] != UInt8(ascii: "#") else { return nil }
        let start = index
        let equals = UInt8(ascii: "=")
        while index < bytes.count, !Self.isBlank(bytes[index]), bytes[index] != equals { index += 1 }
        keyword = Word(text: Self.text(bytes[start..<index]).lowercased(), column: start + 1)
        skipBlanks()
        if index < bytes.count, bytes[index] == equals {
            index += 1
            skipBlanks()
        }
        arguments = try Self.words(bytes, from: index)
        guard !arguments.isEmpty else {
            throw Failure(text: "no argument after \(keyword.text)", column: keyword.column)
        }
    }

    private static func words(_ bytes: [UInt8], from start: Int) throws(Failure) -> [Word] {
        var words: [Word] = []
        var index = start
        while index < bytes.count {
            if isBlank(bytes[index]) {
                index += 1
            } else if bytes[index] == UInt8(ascii: "#") {
                break
            } else {
                let column = index + 1
                words.append(Word(text: text(try word(bytes, from: &index)[...]), column: column))
            }
        }
        return words
    }

    private static func word(_ bytes: [UInt8], from index: inout Int) throws(Failure) -> [UInt8] {
        var word: [UInt8] = []
        var quote: (byte: UInt8, index: Int)?
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\\"), index + 1 < bytes.count,
                isEscapable(bytes[index + 1], isQuoted: quote != nil)
            {
                index += 1
                word.append(bytes[index])
            } else if let open = quote {
                if byte == open.byte { quote = nil } else { word.append(byte) }
            } else if isBlank(byte) {
                break
            } else if isQuote(byte) {
                quote = (byte, index)
            } else {
                word.append(byte)
            }
            index += 1
        }
        if let quote { throw Failure(text: "this quote is never closed", column: quote.index + 1) }
        return word
    }

    private static func isEscapable(_ byte: UInt8, isQuoted: Bool) -> Bool {
        isQuote(byte) || byte == UInt8(ascii: "\\") || (!isQuoted && byte == UInt8(ascii: " "))
    }

    private static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0C].contains(byte)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
