/// The first word of a host line: a name or address, perhaps with ranges (`web[01:50]`, `db-[a:f]`,
/// `x[0:10:2]`) and a port.
struct HostPattern {
    struct Failure: Error {
        var message: String
    }

    /// More hosts than this from one line are a slip of the finger.
    static let mostHosts = 65_536

    var names: [String]
    var port: Int?

    init(parsing word: [UInt8]) throws(Failure) {
        let (host, port) = try Self.splitPort(word)
        self.port = port
        names = []
        guard host.contains(UInt8(ascii: "[")) else {
            names = [String(decoding: host, as: UTF8.self)]
            return
        }
        var expanded: [[UInt8]] = [[]]
        var rest = host[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "[")) {
            guard let close = rest[open...].firstIndex(of: UInt8(ascii: "]")) else {
                throw Failure(message: "the range has no closing ']'")
            }
            let range = try Self.expand(rest[(open + 1)..<close])
            guard expanded.count * range.count <= Self.mostHosts else {
                throw Failure(message: "the ranges make more than \(Self.mostHosts) hosts")
            }
            let head = rest[..<open]
            expanded = expanded.flatMap { prefix in range.map { prefix + head + $0 } }
            rest = rest[(close + 1)...]
        }
        names = expanded.map { String(decoding: $0 + rest, as: UTF8.self) }
    }

    /// Splits off `:22`. An IPv6 address has a port only in the form `[2001:db8::1]:22`.
    private static func splitPort(_ word: [UInt8]) throws(Failure) -> (host: [UInt8], port: Int?) {
        let colon = UInt8(ascii: ":")
        guard word.contains(colon) else { return (word, nil) }
        if IPv6Address.isValid(word[...]) { return (word, nil) }
        if word.first == UInt8(ascii: "["), let close = word.lastIndex(of: UInt8(ascii: "]")),
            IPv6Address.isValid(word[1..<close])
        {
            let address = Array(word[1..<close])
            let rest = word[(close + 1)...]
            if rest.isEmpty { return (address, nil) }
            guard rest.first == colon else {
                throw Failure(message: "wanted ':PORT' after '[\(String(decoding: address, as: UTF8.self))]'")
            }
            return (address, try port(rest.dropFirst()))
        }
        guard let last = word.lastIndex(of: colon), !word[last...].contains(UInt8(ascii: "]")) else {
            return (word, nil)
        }
        return (Array(word[..<last]), try port(word[(last + 1)...]))
    }

    private static func port(_ digits: ArraySlice<UInt8>) throws(Failure) -> Int {
        let text = String(decoding: digits, as: UTF8.self)
        guard let port = UInt16(text), port > 0, digits.allSatisfy(\.isDigit) else {
            throw Failure(message: "the port must be a number from 1 to 65535, found '\(text)'")
        }
        return Int(port)
    }

    /// `01:50`, `a:f` or either with a step; the end is included.
    private static func expand(_ range: ArraySlice<UInt8>) throws(Failure) -> [[UInt8]] {
        let shown = "[\(String(decoding: range, as: UTF8.self))]"
        let parts = range.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3 else {
            throw Failure(message: "the range \(shown) is not of the form [first:last] or [first:last:step]")
        }
        let first = parts[0].isEmpty ? [UInt8(ascii: "0")] : parts[0]
        let last = parts[1]
        guard !last.isEmpty else { throw Failure(message: "the range \(shown) has no end") }
        var step = 1
        if parts.count == 3 {
            guard let number = Int(String(decoding: parts[2], as: UTF8.self)), number > 0,
                parts[2].allSatisfy(\.isDigit)
            else { throw Failure(message: "the step of the range \(shown) must be a number above 0") }
            step = number
        }
        if let from = letterIndex(first), let to = letterIndex(last) {
            guard from <= to else { throw Failure(message: "the range \(shown) ends before it begins") }
            return stride(from: from, through: to, by: step).map { [letters[$0]] }
        }
        guard first.allSatisfy(\.isDigit), last.allSatisfy(\.isDigit),
            let from = Int(String(decoding: first, as: UTF8.self)),
            let to = Int(String(decoding: last, as: UTF8.self))
        else {
            throw Failure(message: "the range \(shown) must go between two numbers or two single letters")
        }
        guard from <= to else { throw Failure(message: "the range \(shown) ends before it begins") }
        guard (to - from) / step < mostHosts else {
            throw Failure(message: "the range \(shown) makes more than \(mostHosts) hosts")
        }
        let isPadded = first.count > 1 && first.first == UInt8(ascii: "0")
        guard !isPadded || first.count == last.count else {
            throw Failure(
                message: "the range \(shown) starts with a zero, so both ends need equally many digits"
            )
        }
        return stride(from: from, through: to, by: step).map { number in
            let digits = Array(String(number).utf8)
            let zeros = isPadded ? max(0, first.count - digits.count) : 0
            return [UInt8](repeating: UInt8(ascii: "0"), count: zeros) + digits
        }
    }

    private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    private static func letterIndex(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.count == 1, let letter = text.first else { return nil }
        return letters.firstIndex(of: letter)
    }
}

enum IPv6Address {
    /// Whether the text is an IPv6 address (RFC 4291 §2.2), perhaps with a zone (`fe80::1%eth0`).
    static func isValid(_ text: ArraySlice<UInt8>) -> Bool {
        let text = text.firstIndex(of: UInt8(ascii: "%")).map { text[..<$0] } ?? text
        let colon = UInt8(ascii: ":")
        guard text.count >= 2, text.contains(colon) else { return false }
        var groups = 0
        var hasGap = false
        var index = text.startIndex
        if text[index] == colon, text[index + 1] != colon { return false }
        while index < text.endIndex {
            if text[index] == colon {
                if index + 1 < text.endIndex, text[index + 1] == colon {
                    guard !hasGap else { return false }
                    hasGap = true
                    index += 2
                } else {
                    guard groups > 0, index + 1 < text.endIndex, text[index - 1] != colon else {
                        return false
                    }
                    index += 1
                }
                continue
            }
            let end = text[index...].firstIndex(of: colon) ?? text.endIndex
            let group = text[index..<end]
            if group.contains(UInt8(ascii: ".")) {
                guard end == text.endIndex, isIPv4(group) else { return false }
                groups += 2
            } else {
                guard group.count <= 4, group.allSatisfy(isHexDigit) else { return false }
                groups += 1
            }
            index = end
        }
        return hasGap ? groups < 8 : groups == 8
    }

    private static func isIPv4(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy {
                $0.allSatisfy(\.isDigit) && $0.count <= 3 && UInt8(String(decoding: $0, as: UTF8.self)) != nil
            }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        byte.isDigit || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"))
    }
}
