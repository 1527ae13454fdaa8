/// The Internet checksum (RFC 1071), gathered over several pieces.
struct Checksum {
    private var sum: UInt32 = 0

    /// Adds a piece of an even length, as all of them are here.
    mutating func add(_ bytes: some Sequence<UInt8>) {
        var high: UInt8?
        for byte in bytes {
            if let first = high {
                add(UInt16(first) << 8 | UInt16(byte))
                high = nil
            } else {
                high = byte
            }
        }
    }

    private mutating func add(_ word: UInt16) {
        sum += UInt32(word)
        if sum > 0xffff { sum = (sum & 0xffff) + 1 }
    }

    /// What belongs into the checksum field; 0 over a message that already carries the right one.
    var value: UInt16 { ~UInt16(sum) }
}
