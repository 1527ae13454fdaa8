import CLinux

/// One message of routing netlink (rtnetlink(7)). All numbers are in the machine's own byte order.
struct NetlinkMessage {
    static let headerLength = 16

    var type: Int32
    var sequence: UInt32
    var payload: [UInt8]

    /// The messages in what one receive call returned; a cut one ends the list.
    static func all(in bytes: ArraySlice<UInt8>) -> [NetlinkMessage] {
        var messages: [NetlinkMessage] = []
        var rest = bytes
        while rest.count >= headerLength {
            let length = Int(rest.native(at: 0, as: UInt32.self))
            guard length >= headerLength, length <= rest.count else { break }
            messages.append(
                NetlinkMessage(
                    type: Int32(rest.native(at: 4, as: UInt16.self)),
                    sequence: rest.native(at: 8, as: UInt32.self),
                    payload: [UInt8](rest.dropFirst(headerLength).prefix(length - headerLength))
                )
            )
            rest = rest.dropFirst(min(aligned(length), rest.count))
        }
        return messages
    }

    /// The attributes behind a fixed part of `fixed` bytes, by type; the last of a type wins.
    func attribute(_ type: Int32, after fixed: Int) -> [UInt8]? { payload.dropFirst(fixed).attribute(type) }

    static func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
}

/// A message to the kernel, written front to back.
struct NetlinkRequest {
    private(set) var bytes: [UInt8]

    init(type: Int32, flags: Int32, sequence: UInt32) {
        bytes = []
        append(UInt32(0))
        append(UInt16(type))
        append(UInt16(LINUX_NLM_F_REQUEST | flags))
        append(sequence)
        append(UInt32(0))
    }

    mutating func append(_ value: some FixedWidthInteger) {
        bytes += value.bytes
        finish()
    }

    mutating func appendAttribute(_ type: Int32, _ value: [UInt8]) { append(attribute(type, value)) }

    /// Attributes, one behind the other.
    mutating func append(_ attributes: [UInt8]) {
        bytes += attributes
        finish()
    }

    /// Keeps the length field right.
    private mutating func finish() {
        withUnsafeBytes(of: UInt32(bytes.count)) { length in
            guard bytes.count >= 4 else { return }
            for index in 0..<4 { bytes[index] = length[index] }
        }
    }
}

/// One attribute, to be put into a request or into another attribute.
func attribute(_ type: Int32, _ value: [UInt8]) -> [UInt8] {
    let padding = [UInt8](repeating: 0, count: NetlinkMessage.aligned(value.count) - value.count)
    return UInt16(4 + value.count).bytes + UInt16(type).bytes + value + padding
}

extension FixedWidthInteger {
    /// In the machine's byte order.
    var bytes: [UInt8] { withUnsafeBytes(of: self) { [UInt8]($0) } }
}

extension ArraySlice<UInt8> {
    /// One of the attributes that it holds; the last of a type wins.
    func attribute(_ type: Int32) -> [UInt8]? {
        var found: [UInt8]?
        var rest = self
        while rest.count >= 4 {
            let length = Int(rest.native(at: 0, as: UInt16.self))
            guard length >= 4, length <= rest.count else { break }
            // The upper two bits are flags.
            if Int32(rest.native(at: 2, as: UInt16.self) & 0x3fff) == type {
                found = [UInt8](rest.dropFirst(4).prefix(length - 4))
            }
            rest = rest.dropFirst(Swift.min(NetlinkMessage.aligned(length), rest.count))
        }
        return found
    }

    /// The number in one of its attributes, in the machine's byte order.
    func number<Number: FixedWidthInteger>(_ type: Int32, as _: Number.Type) -> Number? {
        guard let bytes = attribute(type), bytes.count >= MemoryLayout<Number>.size else { return nil }
        return bytes[...].native(at: 0, as: Number.self)
    }

    /// A number in the machine's byte order. The caller has checked that it is there.
    func native<Number: FixedWidthInteger>(at offset: Int, as _: Number.Type) -> Number {
        withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
    }
}
