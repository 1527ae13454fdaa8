/// As much of DER (X.690) as keys and signatures need.
enum DER {
    static let sequence: UInt8 = 0x30
    static let integer: UInt8 = 0x02

    static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        var header: [UInt8] = [tag]
        if content.count < 0x80 {
            header.append(UInt8(content.count))
        } else {
            let length = withUnsafeBytes(of: UInt64(content.count).bigEndian) { $0.drop { $0 == 0 } }
            header.append(0x80 | UInt8(length.count))
            header += length
        }
        return header + content
    }

    /// A non-negative integer, given as big-endian bytes.
    static func integer(_ magnitude: some Collection<UInt8>) -> [UInt8] {
        var writer = WireWriter()
        writer.mpint(magnitude)
        let content = [UInt8](writer.bytes.dropFirst(4))
        return element(integer, content.isEmpty ? [0] : content)
    }

    /// The integers of a sequence of non-negative integers, as big-endian bytes; nil for anything else.
    static func integers(_ bytes: [UInt8]) -> [[UInt8]]? {
        guard let outer = read(bytes[...], tag: sequence), outer.rest.isEmpty else { return nil }
        var rest = outer.content
        var integers: [[UInt8]] = []
        while !rest.isEmpty {
            guard let next = read(rest, tag: integer) else { return nil }
            integers.append([UInt8](next.content))
            rest = next.rest
        }
        return integers
    }

    private static func read(
        _ bytes: ArraySlice<UInt8>,
        tag: UInt8
    ) -> (content: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
        guard bytes.first == tag, let first = bytes.dropFirst().first else { return nil }
        var rest = bytes.dropFirst(2)
        var length = Int(first)
        if first >= 0x80 {
            let count = Int(first & 0x7F)
            guard (1...4).contains(count), rest.count >= count else { return nil }
            length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(count)
        }
        guard rest.count >= length else { return nil }
        return (rest.prefix(length), rest.dropFirst(length))
    }
}
