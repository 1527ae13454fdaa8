// What virtual servers take; `virtual_server_group` has several addresses, ports and marks.
extension ConfigurationReader {
    struct Traffic {
        var endpoints: [Endpoint] = []
        var marks: [UInt32] = []
    }

    /// Of a range.
    private static let mostAddresses = 256

    /// Its own, or that of the group that it names; nil after an error.
    mutating func traffic(_ block: Statement) -> Traffic? {
        let (kind, name) = (block.arguments[0], block.arguments[1])
        switch kind {
        case "fwmark": return mark(name, kind).map { Traffic(marks: [$0]) }
        case "group":
            let groups = serverGroups.filter { isSame(text($0), name.bytes) }
            if groups.count == 1 { return traffic(ofGroup: groups[0]) }
            diagnostics.error(
                "the virtual_server_group '\(name.text)' is defined \(groups.count) times",
                at: name.location,
                suggestion: nearest(to: name.bytes, among: serverGroups.map { text($0) })
            )
            return nil
        default: return endpoint(block, port: nil).map { Traffic(endpoints: [$0]) }
        }
    }

    /// Each line of the block is an address, or several, and a port, or a mark.
    private mutating func traffic(ofGroup block: Statement) -> Traffic? {
        var traffic = Traffic()
        let entries = entries(block.block) { isSame("fwmark", $0.bytes) || Self.addresses($0) != nil }
        for entry in entries {
            if entry.count == 2, case "fwmark" = entry[0] {
                if let mark = mark(entry[1], entry[0]) { traffic.marks.append(mark) }
            } else if entry.count == 2, let addresses = Self.addresses(entry[0]) {
                if let port = port(entry[1], block.keyword) {
                    traffic.endpoints += addresses.map { Endpoint($0, port: port) }
                }
            } else {
                let wanted = "wanted an address and a port, or 'fwmark' and a number"
                diagnostics.error("\(wanted), found '\(entry[0].text)'", at: entry[0].location)
            }
        }
        if block.block.isEmpty {
            let message: Message = "the virtual_server_group '\(text(block))' has no address and port"
            diagnostics.error(message, at: block.keyword.location)
        }
        return traffic.endpoints.isEmpty && traffic.marks.isEmpty ? nil : traffic
    }

    /// `10.0.0.1`, or `10.0.0.1-10` with both ends; of IPv6 the last group goes on, in hexadecimal digits.
    private static func addresses(_ token: Token) -> [Address]? {
        let parts = token.bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = Address(parsing: parts[0]) else { return nil }
        guard parts.count == 2 else { return [first] }
        // As an address of its own, so that its digits are read by the same rules.
        let prefix = Array((first.isIPv6 ? "::" : "0.0.0.").utf8)
        guard !parts[1].isEmpty, parts[1].allSatisfy({ hexadecimalValue($0) != nil }),
            let last = Address(parsing: (prefix + parts[1])[...])
        else { return nil }
        let (start, end) = (lastPart(of: first), lastPart(of: last))
        guard end >= start, end - start < mostAddresses else { return nil }
        var addresses: [Address] = []
        for number in start...end {
            var bytes = first.bytes
            bytes[bytes.count - 1] = UInt8(truncatingIfNeeded: number)
            if first.isIPv6 { bytes[bytes.count - 2] = UInt8(number >> 8) }
            if let address = Address(bytes: bytes) { addresses.append(address) }
        }
        return addresses
    }

    /// The last byte, of IPv6 the last group.
    private static func lastPart(of address: Address) -> Int {
        let bytes = address.bytes
        let low = Int(bytes[bytes.count - 1])
        return address.isIPv6 ? Int(bytes[bytes.count - 2]) << 8 | low : low
    }

    /// A number of 32 bits, as iptables(8) takes it: decimal, or hexadecimal after `0x`.
    private mutating func mark(_ token: Token, _ keyword: Token) -> UInt32? {
        let isHexadecimal = token.bytes.starts(with: Array("0x".utf8))
        let digits = token.bytes.dropFirst(isHexadecimal ? 2 : 0)
        let base: UInt64 = isHexadecimal ? 16 : 10
        var value: UInt64? = digits.isEmpty ? nil : 0
        for digit in digits {
            guard let known = value, let number = hexadecimalValue(digit).map({ UInt64($0) }),
                number < base
            else {
                value = nil
                break
            }
            let next = known * base + number
            value = next > UInt32.max ? nil : next
        }
        if let value, value > 0 { return UInt32(value) }
        refuse(token, of: keyword, "a number from 1 to 4294967295")
        return nil
    }
}
