// The rules of virtual servers.
extension Check {
    /// Of one server, and of all that a virtual server has: every unit is a place in a table of the kernel's.
    static let mostWeight = 1000

    mutating func virtualServers(_ servers: [VirtualServer]) {
        for (index, server) in servers.enumerated() {
            virtualServer(server)
            var seen: [Endpoint] = []
            for other in servers[..<index] where other.transport == server.transport {
                seen += other.endpoints
            }
            for endpoint in server.endpoints {
                if seen.contains(endpoint) {
                    let message: Message = "virtual_server \(endpoint.description) is defined twice"
                    diagnostics.error(message, at: server.location)
                }
                seen.append(endpoint)
            }
            let others = servers[..<index].filter { $0.isIPv6 == server.isIPv6 }.flatMap { $0.marks }
            for (number, mark) in server.marks.enumerated()
            where (others + server.marks[..<number]).contains(mark) {
                diagnostics.error(
                    "virtual_server fwmark \(String(mark)) is defined twice",
                    at: server.location
                )
            }
        }
    }

    private mutating func virtualServer(_ server: VirtualServer) {
        let place = server.location
        if server.realServers.isEmpty { diagnostics.error("\(server.name) has no real_server", at: place) }
        var weight = 0
        for (index, real) in server.realServers.enumerated() {
            weight += real.weight
            endpoint(real.endpoint, of: server, at: real.location)
            if server.realServers[..<index].contains(where: { $0.endpoint == real.endpoint }) {
                diagnostics.error("\(server.name) has \(real.endpoint.description) twice", at: real.location)
            }
        }
        if let sorry = server.sorryServer { endpoint(sorry, of: server, at: place) }
        if let length = server.persistencePrefix {
            if server.persistence == nil {
                diagnostics.warning(
                    "\(server.name): 'persistence_granularity' has no effect without 'persistence_timeout'",
                    at: place
                )
            }
            if length > 32, !server.isIPv6 {
                diagnostics.error("\(server.name): an address of IPv4 has 32 bits", at: place)
            }
        }
        if weight > Self.mostWeight {
            diagnostics.error(
                "\(server.name): all weights together are more than \(Self.mostWeight)",
                at: place
            )
        }
        if server.quorum > weight {
            diagnostics.error(
                "\(server.name): its servers' weights never reach the quorum \(server.quorum)",
                at: place
            )
        }
    }

    private mutating func endpoint(_ endpoint: Endpoint, of server: VirtualServer, at place: Location) {
        let name: Message = "\(server.name): \(endpoint.description)"
        let isIPv6 = endpoint.address.isIPv6
        if server.isIPv6 != isIPv6 || server.endpoints.contains(where: { $0.address.isIPv6 != isIPv6 }) {
            diagnostics.error("\(name.text) is of another address family", at: place)
        }
        if (server.realServers.first?.endpoint.port == 0) != (endpoint.port == 0) {
            diagnostics.error("\(name.text): either all servers of a mark have a port, or none", at: place)
        }
        guard server.forwarding != .translation,
            let other = server.endpoints.first(where: { $0.port != endpoint.port })
        else { return }
        let kind = server.forwarding == .tunneling ? "TUN" : "DR"
        diagnostics.error("\(name.text): with 'lb_kind \(kind)' the port stays \(Int(other.port))", at: place)
    }
}

extension VirtualServer {
    /// For people.
    public var name: String {
        let what: Message =
            if let group {
                "group \(group)"
            } else if let endpoint = endpoints.first {
                "\(endpoint.description)"
            } else {
                "fwmark \(String(marks.first ?? 0))"
            }
        return ("virtual_server " as Message + what).text
    }

    /// That of its addresses, or of its servers' where it has none.
    public var isIPv6: Bool {
        (endpoints.first ?? realServers.first?.endpoint)?.address.isIPv6 ?? false
    }

    /// What a server without a port of its own gets; 0: whatever port packets are for.
    var usualPort: UInt16 { endpoints.first?.port ?? 0 }
}
