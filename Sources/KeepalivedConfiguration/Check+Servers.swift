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
        if server.endpoints.contains(where: { $0.address.isIPv6 != endpoint.address.isIPv6 }) {
            diagnostics.error("\(name.text) is of another address family", at: place)
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
        let message: Message =
            group.map { "virtual_server group \($0)" }
            ?? "virtual_server \(endpoints.first?.description ?? "")"
        return message.text
    }
}
