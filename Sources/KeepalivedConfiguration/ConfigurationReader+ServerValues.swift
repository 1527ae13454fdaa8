// Single values of virtual servers.
extension ConfigurationReader {
    mutating func scheduler(_ statement: Statement) -> VirtualServer.Scheduler? {
        choice(statement, VirtualServer.Scheduler.names).flatMap { VirtualServer.Scheduler(rawValue: $0) }
    }

    mutating func forwarding(_ statement: Statement) -> VirtualServer.Forwarding? {
        let known: [VirtualServer.Forwarding] = [.translation, .directRouting, .tunneling]
        return choice(statement, ["NAT", "DR", "TUN"]).map { known[$0] }
    }

    mutating func transport(_ statement: Statement) -> VirtualServer.TransportProtocol? {
        choice(statement, ["TCP", "UDP"]).map { $0 == 0 ? .tcp : .udp }
    }

    /// The number of a word among those that this agent can do.
    mutating func choice(_ statement: Statement, _ words: [String]) -> Int? {
        let argument = statement.arguments[0]
        if let number = words.firstIndex(where: { isSame($0, argument.bytes) }) { return number }
        var message: Message = "'\(statement.keyword.text)' of this agent knows"
        for word in words { message = message + " \(word)" }
        diagnostics.error(message + ", found '\(argument.text)'", at: argument.location)
        return nil
    }

    /// An address and, perhaps, a port.
    mutating func endpoint(_ statement: Statement, port: UInt16?) -> Endpoint? {
        guard let address = address(statement.arguments.first) else { return nil }
        guard statement.arguments.count > 1 else { return port.map { Endpoint(address, port: $0) } }
        if port == 0, case "0" = statement.arguments[1] { return Endpoint(address, port: 0) }
        return self.port(statement.arguments[1], statement.keyword).map { Endpoint(address, port: $0) }
    }

    mutating func port(_ token: Token, _ keyword: Token) -> UInt16? {
        if let port = parseInteger(token.bytes), (1...65535).contains(port) { return UInt16(port) }
        refuse(token, of: keyword, "a port from 1 to 65535")
        return nil
    }

    /// Seconds, from a millisecond to a day.
    mutating func time(_ statement: Statement) -> Duration? {
        let argument = statement.arguments[0]
        if let value = parseMicroseconds(argument.bytes), (1_000...86_400_000_000).contains(value) {
            return .microseconds(value)
        }
        refuse(argument, of: statement.keyword, "seconds from 0.001 to 86400")
        return nil
    }

    /// `255.255.255.0`, or for IPv6 the number of bits.
    mutating func prefixLength(_ statement: Statement) -> UInt8? {
        let argument = statement.arguments[0]
        if let mask = Address(parsing: argument.bytes[...]), !mask.isIPv6 {
            let bits = mask.bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            if bits != 0, (~bits).leadingZeroBitCount + bits.trailingZeroBitCount == 32 {
                return UInt8((~bits).leadingZeroBitCount)
            }
        } else if let length = parseInteger(argument.bytes), (1...128).contains(length) {
            return UInt8(length)
        }
        refuse(argument, of: statement.keyword, "a mask such as 255.255.255.0, or the bits of an IPv6 prefix")
        return nil
    }

    /// A path or a name that goes into an HTTP request: without anything that would end it there.
    mutating func requestPart(_ statement: Statement) -> String? {
        let argument = statement.arguments[0]
        let isPath = isSame("path", statement.keyword.bytes)
        let bytes = argument.bytes
        let isPrintable = bytes.allSatisfy { $0 > 0x20 && $0 != 0x7F }
        if isPrintable, bytes.count <= 1024, isPath ? bytes.first == UInt8(ascii: "/") : !bytes.isEmpty {
            return argument.text
        }
        diagnostics.error(
            "'\(statement.keyword.text)' wants \(isPath ? "a path that begins with '/'" : "a name"), without blanks, "
                + "of at most 1024 bytes",
            at: argument.location
        )
        return nil
    }

    /// `200` or `200-299`.
    mutating func statusCodes(_ argument: Token, _ keyword: Token) -> ClosedRange<Int>? {
        let bounds = argument.bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            .compactMap { parseInteger($0) }
        if let first = bounds.first, let last = bounds.last, bounds.count <= 2, first <= last,
            (100...599).contains(first), (100...599).contains(last)
        {
            return first...last
        }
        refuse(argument, of: keyword, "codes from 100 to 599, or ranges such as 200-299")
        return nil
    }

    /// An MD5 digest, in lower case.
    mutating func digest(_ statement: Statement) -> String? {
        let argument = statement.arguments[0]
        let lower = argument.bytes.map { $0.isDigit ? $0 : $0 | 0x20 }
        let letters = UInt8(ascii: "a")...UInt8(ascii: "f")
        if lower.count == 32, lower.allSatisfy({ $0.isDigit || letters.contains($0) }) {
            return String(decoding: lower, as: UTF8.self)
        }
        diagnostics.error(
            "'digest' wants the 32 hexadecimal digits that genhash shows, found '\(argument.text)'",
            at: argument.location
        )
        return nil
    }
}
