// The addresses and ports of virtual servers; `virtual_server_group` has several.
extension ConfigurationReader {
    /// Its own, or those of the group that it names; none after an error.
    mutating func endpoints(_ block: Statement) -> [Endpoint] {
        let (kind, name) = (block.arguments[0], block.arguments[1])
        switch kind {
        case "fwmark":
            diagnostics.error("'virtual_server fwmark' is not supported by this agent", at: kind.location)
            return []
        case "group":
            let groups = serverGroups.filter { isSame(text($0), name.bytes) }
            if groups.count == 1 { return endpoints(ofGroup: groups[0]) }
            diagnostics.error(
                "the virtual_server_group '\(name.text)' is defined \(groups.count) times",
                at: name.location,
                suggestion: nearest(to: name.bytes, among: serverGroups.map { text($0) })
            )
            return []
        default: return endpoint(block, port: nil).map { [$0] } ?? []
        }
    }

    /// Each line of the block is an address and a port.
    private mutating func endpoints(ofGroup block: Statement) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for entry in entries(block.block, startsEntry: { Address(parsing: $0.bytes[...]) != nil }) {
            if entry.count == 2, let address = Address(parsing: entry[0].bytes[...]) {
                if let port = port(entry[1], block.keyword) {
                    endpoints.append(Endpoint(address, port: port))
                }
            } else {
                let message: Message = "wanted an address and a port, found '\(entry[0].text)'"
                diagnostics.error(message, at: entry[0].location)
            }
        }
        if block.block.isEmpty {
            let message: Message = "the virtual_server_group '\(text(block))' has no address and port"
            diagnostics.error(message, at: block.keyword.location)
        }
        return endpoints
    }
}
