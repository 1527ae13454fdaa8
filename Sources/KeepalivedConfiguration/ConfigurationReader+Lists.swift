// Blocks whose lines start with a value, not with a keyword.
extension ConfigurationReader {
    /// The words of such a block; inner blocks are errors.
    private mutating func words(_ items: [Item]) -> [Token] {
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
    private mutating func entries(_ items: [Item], startsEntry: (Token) -> Bool) -> [[Token]] {
        var entries: [[Token]] = []
        for word in words(items) {
            if entries.isEmpty || word.startsLine || startsEntry(word) {
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
        diagnostics.error("wanted an IPv4 or IPv6 address, found '\(token.text)'", at: token.location)
        return nil
    }

    mutating func virtualAddresses(_ items: [Item]) -> [VirtualAddress] {
        var previous: Token?
        // What looks like an address is none after an option.
        let entries = entries(items) { token in
            defer { previous = token }
            if let option = previous, Self.isOption(option) { return false }
            return Self.splitPrefix(token).flatMap { Address(parsing: $0.address) } != nil
        }
        var addresses: [VirtualAddress] = []
        for entry in entries {
            if let address = virtualAddress(entry) { addresses.append(address) }
        }
        return addresses
    }

    private static let options = ["dev", "label", "brd", "broadcast", "scope"]

    private static func isOption(_ token: Token) -> Bool {
        options.contains { isSame($0, token.bytes) }
    }

    private static func splitPrefix(_ token: Token) -> (
        address: ArraySlice<UInt8>, prefix: ArraySlice<UInt8>?
    )? {
        guard let slash = token.bytes.firstIndex(of: UInt8(ascii: "/")) else {
            return (token.bytes[...], nil)
        }
        return (token.bytes[..<slash], token.bytes[(slash + 1)...])
    }

    private mutating func virtualAddress(_ entry: [Token]) -> VirtualAddress? {
        guard let (text, prefix) = Self.splitPrefix(entry[0]), let address = Address(parsing: text) else {
            diagnostics.error(
                "wanted a virtual address such as 10.0.0.1/24, found '\(entry[0].text)'",
                at: entry[0].location
            )
            return nil
        }
        var result = VirtualAddress(address, location: entry[0].location)
        if let prefix {
            let longest = address.isIPv6 ? 128 : 32
            guard let length = parseInteger(prefix), (0...longest).contains(length) else {
                diagnostics.error(
                    "the prefix length goes from 0 to \(longest), found '\(String(decoding: prefix, as: UTF8.self))'",
                    at: entry[0].location
                )
                return nil
            }
            result.prefixLength = UInt8(length)
        }
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
        guard Self.isOption(option) else {
            let unsupported = [
                "no_track", "nodad", "track_group", "home", "mngtmpaddr", "peer", "use_vmac", "preferred_lft",
            ]
            if unsupported.contains(where: { isSame($0, option.bytes) }) {
                diagnostics.error("'\(option.text)' is not supported by this agent yet", at: option.location)
            } else {
                diagnostics.error(
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

    private mutating func scope(_ token: Token) -> UInt8? {
        switch token {
        case "global": return 0
        case "site": return 200
        case "link": return 253
        case "host": return 254
        default:
            if let number = parseInteger(token.bytes), (0...255).contains(number) { return UInt8(number) }
            let message =
                "'scope' wants global, site, link, host or a number from 0 to 255, found '\(token.text)'"
            diagnostics.error(message, at: token.location)
            return nil
        }
    }

    mutating func unicastPeers(_ items: [Item]) -> [Address] {
        var peers: [Address] = []
        for entry in entries(items, startsEntry: { Address(parsing: $0.bytes[...]) != nil }) {
            guard let address = address(entry[0]) else { continue }
            if entry.count > 1 {
                let message = "'\(entry[1].text)' of a unicast peer is not supported by this agent yet"
                diagnostics.error(message, at: entry[1].location)
            }
            peers.append(address)
        }
        return peers
    }

    mutating func trackedScripts(_ items: [Item]) -> [TrackedScript] {
        var tracked: [TrackedScript] = []
        for line in entries(items, startsEntry: { _ in false }) {
            var index = 0
            while index < line.count {
                var script = TrackedScript(line[index].text, location: line[index].location)
                index += 1
                if index < line.count, case "weight" = line[index] {
                    let keyword = line[index]
                    var end = min(index + 2, line.count)
                    if end < line.count, isReverse(line[end]) { end += 1 }
                    if let (weight, reverse) = weight(line[(index + 1)..<end], of: keyword) {
                        script.weight = weight
                        script.reverse = reverse
                    }
                    index = end
                }
                tracked.append(script)
            }
        }
        return tracked
    }

    private func isReverse(_ token: Token) -> Bool {
        switch token {
        case "reverse", "noreverse": true
        default: false
        }
    }
}
