// The rules of virtual servers.
extension Check {
    /// Of one server, and of all that a virtual server has: every unit is a place in a table of the kernel's.
    static let mostWeight = 1000

    mutating func virtualServers(_ servers: [VirtualServer]) {
        for (index, server) in servers.enumerated() {
            virtualServer(server)
            let isTwice = servers[..<index].contains {
                $0.endpoint == server.endpoint && $0.transport == server.transport
            }
            if isTwice { diagnostics.error("\(server.name) is defined twice", at: server.location) }
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
        if endpoint.address.isIPv6 != server.endpoint.address.isIPv6 {
            diagnostics.error("\(name.text) is of another address family", at: place)
        }
        if server.forwarding == .directRouting, endpoint.port != server.endpoint.port {
            diagnostics.error(
                "\(name.text): with 'lb_kind DR' the port stays \(Int(server.endpoint.port))",
                at: place
            )
        }
    }
}

extension VirtualServer {
    /// For people.
    public var name: String { "virtual_server \(endpoint.description)" }
}
