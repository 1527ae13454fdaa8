// Blocks whose lines start with a value, not with a keyword.
extension ConfigurationReader {
    /// The words of such a block; inner blocks are errors.
    mutating func words(_ items: [Item]) -> [Token] {
        var words: [Token] = []
        for item in items {
            switch item {
            case .word(let token): words.append(token)
            case .block(_, let open): diagnostics.error("no block is expected here", at: open)
            }
        }
        return words
    }

    /// The words of each entry: those of a line, split again before each word that `starts` an entry.
    mutating func entries(_ items: [Item], startsEntry: (Token) -> Bool) -> [[Token]] {
        var entries: [[Token]] = []
        for word in words(items) {
            let starts = startsEntry(word)
            if entries.isEmpty || word.startsLine || starts {
                entries.append([word])
            } else {
                entries[entries.count - 1].append(word)
            }
        }
        return entries
    }

    mutating func address(_ token: Token?) -> Address? {
        guard let token else { return nil }
        if let address = Address(parsing: token.bytes[...]) { return address }
        diagnostics.tolerable("wanted an IPv4 or IPv6 address, found '\(token.text)'", at: token.location)
        return nil
    }

    /// The entries of lines of which each starts with what `isHead` accepts; after an option, a word is its value.
    mutating func entries(_ items: [Item], options: [String], isHead: (Token) -> Bool) -> [[Token]] {
        var isValue = false
        return entries(items) { token in
            if token.startsLine { isValue = false }
            let isOption = !isValue && options.contains { isSame($0, token.bytes) }
            defer { isValue = isOption }
            return !isValue && !isOption && isHead(token)
        }
    }

    /// `10.0.0.1` or `10.0.0.1/24`.
    mutating func prefix(_ token: Token, wanted: String) -> (address: Address, length: UInt8?)? {
        let (text, prefix) = Self.splitPrefix(token)
        guard let address = Address(parsing: text) else {
            diagnostics.tolerable("wanted \(wanted), found '\(token.text)'", at: token.location)
            return nil
        }
        guard let prefix else { return (address, nil) }
        let longest = address.isIPv6 ? 128 : 32
        guard let length = parseInteger(prefix), (0...longest).contains(length) else {
            let found = String(decoding: prefix, as: UTF8.self)
            diagnostics.tolerable(
                "the prefix length goes from 0 to \(longest), found '\(found)'",
                at: token.location
            )
            return nil
        }
        return (address, UInt8(length))
    }

    static func splitPrefix(_ token: Token) -> (address: ArraySlice<UInt8>, length: ArraySlice<UInt8>?) {
        guard let slash = token.bytes.firstIndex(of: UInt8(ascii: "/")) else {
            return (token.bytes[...], nil)
        }
        return (token.bytes[..<slash], token.bytes[(slash + 1)...])
    }

    static func isPrefix(_ token: Token) -> Bool {
        Address(parsing: splitPrefix(token).address) != nil
    }

    private static let options = ["dev", "label", "brd", "broadcast", "scope"]

    mutating func virtualAddresses(_ items: [Item]) -> [VirtualAddress] {
        var addresses: [VirtualAddress] = []
        for entry in entries(items, options: Self.options, isHead: Self.isPrefix) {
            if let address = virtualAddress(entry) { addresses.append(address) }
        }
        return addresses
    }

    private mutating func virtualAddress(_ entry: [Token]) -> VirtualAddress? {
        let wanted = "a virtual address such as 10.0.0.1/24"
        guard let (address, length) = prefix(entry[0], wanted: wanted) else { return nil }
        var result = VirtualAddress(address, prefixLength: length, location: entry[0].location)
        var index = 1
        while index < entry.count {
            let option = entry[index]
            let value = index + 1 < entry.count ? entry[index + 1] : nil
            guard readOption(option, value, into: &result) else { return nil }
            index += 2
        }
        return result
    }

    private mutating func readOption(_ option: Token, _ value: Token?, into result: inout VirtualAddress)
        -> Bool
    {
        guard Self.options.contains(where: { isSame($0, option.bytes) }) else {
            let unsupported = [
                "no_track", "nodad", "track_group", "home", "mngtmpaddr", "peer", "use_vmac", "preferred_lft",
            ]
            if unsupported.contains(where: { isSame($0, option.bytes) }) {
                diagnostics.error("'\(option.text)' is not supported by this agent yet", at: option.location)
            } else {
                diagnostics.tolerable(
                    "unknown option '\(option.text)' of a virtual address",
                    at: option.location,
                    suggestion: nearest(to: option.bytes, among: Self.options)
                )
            }
            return false
        }
        guard let value else {
            diagnostics.error("'\(option.text)' wants a value", at: option.location)
            return false
        }
        switch option {
        case "dev": result.device = value.text
        case "label": result.label = value.text
        case "scope":
            guard let scope = scope(value) else { return false }
            result.scope = scope
        default:
            if case "+" = value {
                result.broadcast = .computed
            } else if case "-" = value {
                result.broadcast = nil
            } else {
                guard let address = address(value) else { return false }
                result.broadcast = .address(address)
            }
        }
        return true
    }

    mutating func scope(_ token: Token) -> UInt8? {
        switch token {
        case "global": return 0
        case "site": return 200
        case "link": return 253
        case "host": return 254
        default:
            if let number = parseInteger(token.bytes), (0...255).contains(number) { return UInt8(number) }
            let message: Message =
                "'scope' wants global, site, link, host or a number from 0 to 255, found '\(token.text)'"
            diagnostics.tolerable(message, at: token.location)
            return nil
        }
    }

    mutating func unicastPeers(_ items: [Item]) -> [UnicastPeer] {
        var peers: [UnicastPeer] = []
        for entry in entries(items, startsEntry: { Address(parsing: $0.bytes[...]) != nil }) {
            guard let address = address(entry[0]) else { continue }
            peers.append(UnicastPeer(address, hopLimits: hopLimits(entry)))
        }
        return peers
    }

    /// Of a unicast peer: `ADDRESS [min_ttl N] [max_ttl N]`.
    private mutating func hopLimits(_ entry: [Token]) -> ClosedRange<UInt8> {
        let all = UnicastPeer.anyHopLimit
        var (lowest, highest) = (Int(all.lowerBound), Int(all.upperBound))
        for index in stride(from: 1, to: entry.count, by: 2) {
            let option = entry[index]
            let isLowest = isSame("min_ttl", option.bytes)
            guard isLowest || isSame("max_ttl", option.bytes) else {
                diagnostics.tolerable(
                    "unknown option '\(option.text)' of a unicast peer",
                    at: option.location,
                    suggestion: nearest(to: option.bytes, among: ["min_ttl", "max_ttl"])
                )
                return all
            }
            guard index + 1 < entry.count else {
                diagnostics.error("'\(option.text)' wants a value", at: option.location)
                return all
            }
            guard let value = integer(entry[index + 1], Int(all.lowerBound)...Int(all.upperBound), of: option)
            else { return all }
            if isLowest { lowest = value } else { highest = value }
        }
        guard lowest <= highest else {
            let message: Message =
                "'min_ttl' \(lowest) is above 'max_ttl' \(highest): nothing would be accepted"
            diagnostics.tolerable(message, at: entry[0].location)
            return all
        }
        return UInt8(lowest)...UInt8(highest)
    }
}
