/// The one place where text becomes shell syntax.
///
/// - Returns: `word` as a single word of POSIX `sh`: plain where it is harmless, else in single quotes. Every byte
///   but NUL survives; a NUL cannot be part of a word and is the caller's to refuse.
/// - SeeAlso: POSIX.1-2017 XCU §2.2.2.
public func shellQuoted(_ word: String) -> String {
    if !word.isEmpty, word.utf8.allSatisfy(isHarmless) { return word }
    let quote = UInt8(ascii: "'")
    var quoted: [UInt8] = [quote]
    quoted.reserveCapacity(word.utf8.count + 16)
    for byte in word.utf8 {
        if byte == quote {
            quoted.append(contentsOf: [quote, UInt8(ascii: "\\"), quote, quote])
        } else {
            quoted.append(byte)
        }
    }
    quoted.append(quote)
    return String(decoding: quoted, as: UTF8.self)
}

extension Sequence<String> {
    /// The words, quoted and joined by spaces: a simple command.
    public var shellQuoted: String {
        map(Provisioning.shellQuoted).joined(separator: " ")
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}

extension String {
    /// The lines that are not blank, without what would do something to a terminal; a carriage return ends one too.
    var printableLines: [String] {
        split(whereSeparator: \.isNewline).compactMap { line in
            let scalars = line.unicodeScalars.filter {
                $0 == "\t" || $0.properties.generalCategory != .control
            }
            let text = String(String.UnicodeScalarView(scalars)).trimmed
            return text.isEmpty ? nil : text
        }
    }
}

private func isHarmless(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ","),
        UInt8(ascii: ":"), UInt8(ascii: "+"), UInt8(ascii: "@"), UInt8(ascii: "%"):
        true
    default:
        false
    }
}
