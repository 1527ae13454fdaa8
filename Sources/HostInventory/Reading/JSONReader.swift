/// Reads JSON (RFC 8259), and what Python writes beyond it: `NaN`, `Infinity`, `-Infinity`.
///
/// Ansible's own `{"__ansible_vault": "…"}` and `{"__ansible_unsafe": "…"}` are the texts that they stand for.
struct JSONReader {
    /// Deeper ones end the stack.
    private static let deepestNesting = 256

    private let bytes: [UInt8]
    private let file: String
    private let vault: VaultOpener?
    /// Whether all of the text was encrypted.
    private let isVaulted: Bool
    private var position = 0
    private var depth = 0
    // Columns are counted from the last place that was asked for.
    private var place: SourceLocation
    private var placePosition = 0

    private init(_ text: String, file: String, vault: VaultOpener?, isVaulted: Bool) {
        bytes = Array(text.utf8)
        self.file = file
        self.vault = vault
        self.isVaulted = isVaulted
        place = SourceLocation(file: file, line: 1, column: 1)
    }

    /// - Returns: nil where the text has no content.
    /// - Throws: `SourceFailure` with the place.
    static func read(
        _ text: String,
        file: String,
        vault: VaultOpener? = nil,
        isVaulted: Bool = false
    ) throws(SourceFailure) -> YAMLTree? {
        var reader = JSONReader(text, file: file, vault: vault, isVaulted: isVaulted)
        reader.skipBlanks()
        guard reader.peek != nil else { return nil }
        let tree = try reader.value()
        reader.skipBlanks()
        guard reader.peek == nil else { throw reader.failure("wanted nothing after its end") }
        return tree
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, byte.isBlank || byte == UInt8(ascii: "\n") { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(SourceFailure) -> YAMLTree {
        let start = location()
        switch peek {
        case UInt8(ascii: "{"): return try object(at: start)
        case UInt8(ascii: "["):
            let list = try list()
            return YAMLTree(
                content: .list(list),
                location: start,
                isVaulted: list.contains(where: \.isVaulted)
            )
        case UInt8(ascii: "\""):
            let text = try string()
            return scalar(.string(text), text, at: start)
        default: return try word(at: start)
        }
    }

    private func scalar(_ value: Value, _ text: String, at place: SourceLocation) -> YAMLTree {
        YAMLTree(content: .scalar(value, text: text), location: place, isVaulted: isVaulted)
    }

    private mutating func word(at start: SourceLocation) throws(SourceFailure) -> YAMLTree {
        let first = position
        while let byte = peek,
            byte.isLetterOrDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
                || byte == UInt8(ascii: ".")
        { position += 1 }
        let text = String(decoding: bytes[first..<position], as: UTF8.self)
        guard let value = JSONScalar.value(text) else {
            position = first
            throw failure(peek == nil ? "it is cut" : "wanted a value")
        }
        return scalar(value, text, at: start)
    }

    // MARK: Collections

    /// The elements between two brackets, with commas between them.
    private mutating func elements(
        until close: UInt8,
        _ element: (inout JSONReader) throws(SourceFailure) -> Void
    ) throws(SourceFailure) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepestNesting else { throw failure("it is nested too deeply") }
        position += 1
        skipBlanks()
        if take(close) { return }
        while true {
            try element(&self)
            skipBlanks()
            if take(close) { return }
            guard take(UInt8(ascii: ",")) else {
                throw failure("wanted a comma or '\(Character(Unicode.Scalar(close)))'")
            }
            skipBlanks()
        }
    }

    private mutating func list() throws(SourceFailure) -> [YAMLTree] {
        var list: [YAMLTree] = []
        try elements(until: UInt8(ascii: "]")) { reader throws(SourceFailure) in
            list.append(try reader.value())
        }
        return list
    }

    private mutating func object(at start: SourceLocation) throws(SourceFailure) -> YAMLTree {
        var entries: [YAMLTree.Entry] = []
        var keys: Set<String> = []
        try elements(until: UInt8(ascii: "}")) { reader throws(SourceFailure) in
            let place = reader.location()
            guard reader.peek == UInt8(ascii: "\"") else { throw reader.failure("wanted a key in quotes") }
            let key = try reader.string()
            guard keys.insert(key).inserted else {
                throw SourceFailure("the key '\(key)' is there twice", at: place)
            }
            reader.skipBlanks()
            guard reader.take(UInt8(ascii: ":")) else { throw reader.failure("wanted ':' after a key") }
            reader.skipBlanks()
            entries.append(YAMLTree.Entry(key: key, location: place, tree: try reader.value()))
        }
        if entries.count == 1, let special = try ansibleText(entries[0], at: start) { return special }
        return YAMLTree(
            content: .dictionary(entries),
            location: start,
            isVaulted: entries.contains(where: \.tree.isVaulted)
        )
    }

    private func ansibleText(_ entry: YAMLTree.Entry, at start: SourceLocation) throws(SourceFailure)
        -> YAMLTree?
    {
        guard case .scalar(.string(let text), _) = entry.tree.content else { return nil }
        switch entry.key {
        case "__ansible_unsafe": return scalar(.string(text), text, at: start)
        case "__ansible_vault":
            let opened = try VaultedText.open(text, with: vault, at: start)
            return YAMLTree(content: .scalar(.string(opened), text: opened), location: start, isVaulted: true)
        default: return nil
        }
    }

    // MARK: Strings

    private mutating func string() throws(SourceFailure) -> String {
        position += 1
        var start = position
        var unescaped: [UInt8] = []
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                let rest = bytes[start..<position - 1]
                return String(decoding: unescaped.isEmpty ? rest : (unescaped + rest)[...], as: UTF8.self)
            case UInt8(ascii: "\\"):
                unescaped += bytes[start..<position]
                try escape(into: &unescaped)
                start = position
            case 0..<0x20: throw failure("wanted a control character to be written as an escape")
            default: position += 1
            }
        }
        throw failure("a text is never closed")
    }

    private mutating func escape(into text: inout [UInt8]) throws(SourceFailure) {
        guard position + 1 < bytes.count else { throw failure("nothing follows this backslash") }
        let escaped = bytes[position + 1]
        switch escaped {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escaped)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            text += Array(String(try unicodeEscape()).utf8)
            return
        default: throw failure("there is no such escape")
        }
        position += 2
    }

    /// One, or two that stand for a character beyond U+FFFF. Half a character becomes U+FFFD.
    private mutating func unicodeEscape() throws(SourceFailure) -> Unicode.Scalar {
        guard let unit = codeUnit(at: position) else { throw failure("wanted four hexadecimal digits") }
        position += 6
        if UTF16.isLeadSurrogate(unit), let next = codeUnit(at: position), UTF16.isTrailSurrogate(next) {
            position += 6
            return UTF16.decode(UTF16.EncodedScalar([unit, next]))
        }
        return Unicode.Scalar(unit) ?? "\u{FFFD}"
    }

    private func codeUnit(at index: Int) -> UInt16? {
        let digits = index + 2..<index + 6
        guard digits.upperBound <= bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u"), bytes[digits].allSatisfy(\.isLetterOrDigit)
        else { return nil }
        return UInt16(String(decoding: bytes[digits], as: UTF8.self), radix: 16)
    }

    // MARK: Places

    private mutating func location() -> SourceLocation {
        var (line, column) = (place.line, place.column ?? 1)
        for byte in bytes[placePosition..<position] {
            if byte == UInt8(ascii: "\n") {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        place = SourceLocation(file: file, line: line, column: column)
        placePosition = position
        return place
    }

    private mutating func failure(_ message: String) -> SourceFailure {
        SourceFailure("is not JSON: \(message)", at: location())
    }
}
