/// Splits a line as a POSIX shell would: blanks separate, quotes and backslashes protect, `#` starts a
/// comment (even inside an unquoted word, as in Ansible's inventories).
struct ShellWords {
    struct Word {
        var bytes: [UInt8]
        /// The offset of the word's first byte in the line.
        var offset: Int
    }

    struct Failure: Error {
        var message: String
        /// The offset in the line of what is wrong.
        var offset: Int
    }

    static func split(_ line: ArraySlice<UInt8>, hasComments: Bool = true) throws(Failure) -> [Word] {
        let comment: UInt8? = hasComments ? UInt8(ascii: "#") : nil
        var words: [Word] = []
        var index = line.startIndex
        while index < line.endIndex {
            let byte = line[index]
            if byte.isBlank {
                index += 1
            } else if byte == comment {
                break
            } else {
                var word = Word(bytes: [], offset: index - line.startIndex)
                let isComment = try scan(line, from: &index, comment: comment, into: &word.bytes)
                words.append(word)
                if isComment { break }
            }
        }
        return words
    }

    /// Reads one word; true where a comment ended it.
    private static func scan(
        _ line: ArraySlice<UInt8>,
        from index: inout Int,
        comment: UInt8?,
        into word: inout [UInt8]
    ) throws(Failure) -> Bool {
        while index < line.endIndex {
            let byte = line[index]
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                try quoted(line, from: &index, into: &word)
            case UInt8(ascii: "\\"):
                guard index + 1 < line.endIndex else {
                    throw Failure(message: "nothing follows this backslash", offset: index - line.startIndex)
                }
                word.append(line[index + 1])
                index += 2
            default:
                if byte == comment { return true }
                if byte.isBlank { return false }
                word.append(byte)
                index += 1
            }
        }
        return false
    }

    private static func quoted(
        _ line: ArraySlice<UInt8>,
        from index: inout Int,
        into word: inout [UInt8]
    ) throws(Failure) {
        let quote = line[index]
        let start = index
        index += 1
        while index < line.endIndex {
            let byte = line[index]
            if byte == quote {
                index += 1
                return
            }
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), index + 1 < line.endIndex {
                let next = line[index + 1]
                if next != quote, next != UInt8(ascii: "\\") { word.append(byte) }
                word.append(next)
                index += 2
            } else {
                word.append(byte)
                index += 1
            }
        }
        let shown = Character(Unicode.Scalar(quote))
        throw Failure(message: "this quote \(shown) is never closed", offset: start - line.startIndex)
    }
}
