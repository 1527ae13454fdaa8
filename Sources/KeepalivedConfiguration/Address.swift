/// An IPv4 or IPv6 address, as its 4 or 16 bytes in network order.
public struct Address: Sendable, Hashable, CustomStringConvertible {
    public let bytes: [UInt8]

    public var isIPv6: Bool { bytes.count == 16 }

    /// Of fe80::/10 (RFC 4291 §2.5.6).
    public var isLinkLocal: Bool { isIPv6 && bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80 }

    /// - Returns: nil unless there are 4 or 16 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads `10.0.0.1` or `2001:db8::1` (RFC 4291 §2.2).
    public init?(_ text: String) {
        self.init(parsing: Array(text.utf8)[...])
    }

    init?(parsing text: ArraySlice<UInt8>) {
        guard let bytes = text.contains(UInt8(ascii: ":")) ? Self.ipv6(text) : Self.ipv4(text) else {
            return nil
        }
        self.bytes = bytes
    }

    private static func ipv4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard let digit = part.first, digit.isDigit, part.count <= 3, let number = parseInteger(part),
                number <= 255
            else { return nil }
            bytes.append(UInt8(number))
        }
        return bytes
    }

    private static func ipv6(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let colon = UInt8(ascii: ":")
        var parts = text.split(separator: colon, omittingEmptySubsequences: false)
        // A gap at an end leaves two empty parts there; one of them is enough.
        if parts.count > 2, parts[0].isEmpty, parts[1].isEmpty { parts.removeFirst() }
        if parts.count > 1, parts[parts.count - 1].isEmpty, parts[parts.count - 2].isEmpty {
            parts.removeLast()
        }
        var bytes: [UInt8] = []
        var gap: Int?
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                guard gap == nil else { return nil }
                gap = bytes.count
            } else if index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let tail = ipv4(part) else { return nil }
                bytes += tail
            } else {
                guard part.count <= 4 else { return nil }
                var value = 0
                for digit in part {
                    guard let nibble = hexadecimalValue(digit) else { return nil }
                    value = value << 4 | nibble
                }
                bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
            }
        }
        guard let gap else { return bytes.count == 16 ? bytes : nil }
        guard bytes.count <= 14, text.count >= 2 else { return nil }
        // An empty part at an end that is no gap: `:1` or `1:`.
        let isSingleColon = text.first == colon && text[text.startIndex + 1] != colon
        let endsSingle = text.last == colon && text[text.endIndex - 2] != colon
        guard !isSingleColon, !endsSingle else { return nil }
        bytes.insert(contentsOf: [UInt8](repeating: 0, count: 16 - bytes.count), at: gap)
        return bytes
    }

    /// The canonical text (RFC 5952: lower case, the longest run of zero groups as `::`).
    @inline(never)
    public var description: String {
        guard isIPv6 else { return "\(bytes[0]).\(bytes[1]).\(bytes[2]).\(bytes[3])" }
        var groups: [Int] = []
        for index in 0..<8 { groups.append(Int(bytes[index * 2]) << 8 | Int(bytes[index * 2 + 1])) }
        var run = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(run.count, 1) { run = start..<end }
            start = max(end, start + 1)
        }
        var text: [UInt8] = []
        for index in 0..<8 {
            if run.contains(index) {
                if index == run.lowerBound { text += [UInt8(ascii: ":"), UInt8(ascii: ":")] }
                continue
            }
            if index > 0, index != run.upperBound || run.isEmpty { text.append(UInt8(ascii: ":")) }
            text += Self.hexDigits(groups[index])
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func hexDigits(_ value: Int) -> [UInt8] {
        var digits: [UInt8] = []
        var rest = value
        repeat {
            let nibble = UInt8(rest & 0xF)
            digits.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
            rest >>= 4
        } while rest > 0
        return digits.reversed()
    }
}
