// Text is compared as bytes here: `String ==` and its relatives pull Unicode tables into the embedded agent.

extension UInt8 {
    var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0B || self == 0x0C }
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    /// Not the continuation of a UTF-8 sequence: the first byte of a character, as columns count them.
    var startsCharacter: Bool { self & 0xC0 != 0x80 }
}

func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

func isSame(_ text: String, _ bytes: [UInt8]) -> Bool {
    text.utf8.count == bytes.count && text.utf8.elementsEqual(bytes)
}

/// The number that decimal digits (after a sign, perhaps) give; nil where it is none or does not fit.
func parseInteger(_ bytes: some Collection<UInt8>) -> Int? {
    var digits = bytes[...]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    guard !digits.isEmpty, digits.count <= 9 else { return nil }
    var value = 0
    for byte in digits {
        guard byte.isDigit else { return nil }
        value = value * 10 + Int(byte - 0x30)
    }
    return isNegative ? -value : value
}

/// The microseconds that decimal seconds such as `1`, `0.25` or `.5` give; finer digits are cut off.
func parseMicroseconds(_ bytes: [UInt8]) -> Int64? {
    var value: Int64 = 0
    var decimals = -1
    var count = 0
    for byte in bytes {
        if byte == UInt8(ascii: "."), decimals < 0 {
            decimals = 0
            continue
        }
        guard byte.isDigit else { return nil }
        count += 1
        if decimals < 0 {
            guard value < 1_000_000_000 else { return nil }
        } else {
            if decimals == 6 { continue }
            decimals += 1
        }
        value = value * 10 + Int64(byte - 0x30)
    }
    guard count > 0 else { return nil }
    for _ in max(decimals, 0)..<6 { value *= 10 }
    return value
}

/// Seconds with as many decimals as needed: `1`, `0.25`.
func secondsText(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let microseconds = Int(attoseconds / 1_000_000_000_000)
    guard microseconds != 0 else { return "\(seconds)" }
    var digits: [UInt8] = []
    var rest = microseconds
    var scale = 100_000
    while rest > 0, scale > 0 {
        digits.append(UInt8(ascii: "0") + UInt8(rest / scale))
        rest %= scale
        scale /= 10
    }
    return "\(seconds).\(String(decoding: digits, as: UTF8.self))"
}

/// The name nearest to what was typed, if one is within a third of its length in edits.
func nearest(to word: [UInt8], among names: [String]) -> String? {
    guard word.count <= 64 else { return nil }
    var best: String?
    var bestDistance = max(1, word.count / 3) + 1
    for name in names {
        let distance = editDistance(word, Array(name.utf8))
        if distance > 0, distance < bestDistance { (best, bestDistance) = (name, distance) }
    }
    return best
}

/// The optimal string alignment distance: swaps of neighbours count as one edit.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = beforePrevious
    for index in previous.indices { previous[index] = index }
    var current = previous
    for i in a.indices {
        current[0] = i + 1
        for j in b.indices {
            var best = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                best = min(best, beforePrevious[j - 1] + 1)
            }
            current[j + 1] = best
        }
        (beforePrevious, previous, current) = (previous, current, beforePrevious)
    }
    return previous[b.count]
}

/// Of one digit in either case.
func hexadecimalValue(_ byte: UInt8) -> Int? {
    if byte.isDigit { return Int(byte - 0x30) }
    let lower = byte | 0x20
    guard lower >= UInt8(ascii: "a"), lower <= UInt8(ascii: "f") else { return nil }
    return Int(lower - UInt8(ascii: "a")) + 10
}
