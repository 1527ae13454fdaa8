/// `[group]`, `[group:children]` or `[group:vars]`.
enum SectionHeader {
    case hosts(String)
    case children(String)
    case variables(String)
    case unknownKind(group: String, kind: String)
    case malformed(String)

    /// Nil where the line is none: a host such as `[2001:db8::1]:22`.
    init?(_ text: ArraySlice<UInt8>) {
        guard let close = text.firstIndex(of: UInt8(ascii: "]")) else {
            self = .malformed("the section has no closing ']'")
            return
        }
        let inside = text[(text.startIndex + 1)..<close]
        let rest = text[(close + 1)...]
        if IPv6Address.isValid(inside) { return nil }
        if let next = rest.first, next == UInt8(ascii: ":") || !next.isBlank && next != UInt8(ascii: "#") {
            return nil
        }
        let after = rest.trimmed
        guard after.isEmpty || after.first == UInt8(ascii: "#") || after.first == UInt8(ascii: ";") else {
            // `[a:c] x=1`, a range without a name around it, is a host line.
            if inside.contains(UInt8(ascii: ":")), after.contains(UInt8(ascii: "=")) { return nil }
            self = .malformed("nothing but a comment may follow a section's ']'")
            return
        }
        let parts = inside.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let name = String(decoding: parts[0], as: UTF8.self)
        guard !name.isEmpty else {
            self = .malformed("the section has no name")
            return
        }
        guard !inside.contains(where: \.isBlank) else {
            let shown = String(decoding: inside, as: UTF8.self)
            self = .malformed("a section's name has no blanks, found '[\(shown)]'")
            return
        }
        guard parts.count > 1 else {
            self = .hosts(name)
            return
        }
        switch String(decoding: inside[parts[1].startIndex...], as: UTF8.self) {
        case "hosts": self = .hosts(name)
        case "children": self = .children(name)
        case "vars": self = .variables(name)
        case let kind: self = .unknownKind(group: name, kind: kind)
        }
    }
}
