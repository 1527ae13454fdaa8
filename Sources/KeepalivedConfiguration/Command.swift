/// Splits a command as keepalived does, without a shell: blanks separate, single and double quotes group, a
/// backslash protects the next character outside of single quotes. Nil where a quote is never closed.
func splitCommand(_ bytes: [UInt8]) -> [String]? {
    var words: [String] = []
    var word: [UInt8]?
    var quote: UInt8?
    var index = 0
    while index < bytes.count {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'"), index < bytes.count {
            word = (word ?? []) + [bytes[index]]
            index += 1
        } else if let open = quote {
            if byte == open { quote = nil } else { word = (word ?? []) + [byte] }
        } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
            quote = byte
            word = word ?? []
        } else if byte.isBlank || byte == 0x0A {
            if let done = word { words.append(String(decoding: done, as: UTF8.self)) }
            word = nil
        } else {
            word = (word ?? []) + [byte]
        }
    }
    guard quote == nil else { return nil }
    if let done = word { words.append(String(decoding: done, as: UTF8.self)) }
    return words
}

/// The reverse of `splitCommand`.
func joinCommand(_ words: [String]) -> [UInt8] {
    var joined: [UInt8] = []
    for word in words {
        if !joined.isEmpty { joined.append(0x20) }
        let isPlain = word.utf8.allSatisfy {
            !$0.isBlank && $0 != 0x0A && $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: "\"")
                && $0 != UInt8(ascii: "\\")
        }
        if isPlain, !word.utf8.isEmpty {
            joined += Array(word.utf8)
            continue
        }
        joined.append(UInt8(ascii: "\""))
        for byte in word.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { joined.append(UInt8(ascii: "\\")) }
            joined.append(byte)
        }
        joined.append(UInt8(ascii: "\""))
    }
    return joined
}
